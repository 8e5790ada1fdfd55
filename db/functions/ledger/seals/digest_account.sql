create or replace function ledger.digest_account(
    p_restaurant_id text,
    p_currency text,
    p_after_seq bigint,
    p_through_seq bigint,
    p_after_no bigint,
    p_through_no bigint
)
returns table (
    entry_count bigint,
    event_count bigint,
    entry_seq bigint,
    event_no bigint,
    digests bytea,
    marks bytea
)
language sql
stable
as $function$
/*
 * Function: ledger.digest_account(6)
 *     What there is of an account between two places, for a batch of a seal.
 * Parameters:
 *     p_restaurant_id  - the restaurant
 *     p_currency       - the currency
 *     p_after_seq      - entries after this one
 *     p_through_seq    - up to this one
 *     p_after_no       - events after this one
 *     p_through_no     - up to this one
 * Returns:
 *     one row: how many, the last of each or null, the SHA-256 of their lines, entries first, and
 *     the first four bytes of each of them
 * Calls:  ledger.list_entry_lines, ledger.list_event_lines
 */
select
    e.row_count,
    v.row_count,
    e.last_no,
    v.last_no,
    coalesce(e.digests, ''::bytea) || coalesce(v.digests, ''::bytea),
    coalesce(e.marks, ''::bytea) || coalesce(v.marks, ''::bytea)
from (
    select
        count(*) as row_count,
        max(d.entry_seq) as last_no,
        string_agg(d.digest, ''::bytea order by d.entry_seq) as digests,
        string_agg(substring(d.digest for 4), ''::bytea order by d.entry_seq) as marks
    from (
        select
            l.entry_seq,
            sha256(convert_to(l.line, 'UTF8')) as digest
        from ledger.list_entry_lines(
            p_restaurant_id, p_currency, p_after_seq, p_through_seq
        ) as l
        offset 0  -- once for both sums
    ) as d
) as e
cross join (
    select
        count(*) as row_count,
        max(d.event_no) as last_no,
        string_agg(d.digest, ''::bytea order by d.event_no) as digests,
        string_agg(substring(d.digest for 4), ''::bytea order by d.event_no) as marks
    from (
        select
            l.event_no,
            sha256(convert_to(l.line, 'UTF8')) as digest
        from ledger.list_event_lines(
            p_restaurant_id, p_currency, p_after_no, p_through_no
        ) as l
        offset 0
    ) as d
) as v
$function$;

comment on function ledger.digest_account(text, text, bigint, bigint, bigint, bigint)
is 'What there is of an account between two places, for a batch of a seal.';
