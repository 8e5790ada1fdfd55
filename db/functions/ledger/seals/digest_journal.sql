create or replace function ledger.digest_journal(p_journal text, p_numbers int8multirange)
returns table (
    row_count bigint,
    numbers int8multirange,
    digests bytea,
    marks bytea
)
language sql
stable
as $function$
/*
 * Function: ledger.digest_journal(2)
 *     What there is of a journal under some numbers, for a batch of a seal.
 * Parameters:
 *     p_journal  - one of ledger.list_journals
 *     p_numbers  - these numbers
 * Returns:
 *     one row: how many, their numbers, the SHA-256 of their lines, by number and restaurant, and
 *     the first four bytes of each of them
 * Calls:  ledger.list_journal_lines
 */
select
    count(*),
    coalesce(range_agg(int8range(d.journal_no, d.journal_no, '[]')), '{}'),
    coalesce(
        string_agg(d.digest, ''::bytea order by d.journal_no, d.restaurant_id collate "C"),
        ''::bytea
    ),
    coalesce(
        string_agg(
            substring(d.digest for 4), ''::bytea
            order by d.journal_no, d.restaurant_id collate "C"
        ),
        ''::bytea
    )
from (
    select
        l.journal_no,
        l.restaurant_id,
        sha256(convert_to(l.line, 'UTF8')) as digest
    from ledger.list_journal_lines(p_journal, p_numbers) as l
    offset 0  -- once for both sums
) as d
$function$;

comment on function ledger.digest_journal(text, int8multirange)
is 'What there is of a journal under some numbers, for a batch of a seal.';
