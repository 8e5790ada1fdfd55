create or replace function ledger.name_changed_entry(
    p_batch ledger.account_seals,
    p_after_seq bigint
)
returns table (
    reference text,
    finding text
)
language sql
stable
as $function$
/*
 * Function: ledger.name_changed_entry(2)
 *     The first entry of a batch that is not as it was sealed.
 * Parameters:
 *     p_batch      - the batch
 *     p_after_seq  - where the one before it ends
 * Returns:
 *     at most one row: its number, and what happened to it
 * Calls:  ledger.list_entry_lines
 */
select
    entry_seq::text,
    case
        when n.mark is null then 'the entry was inserted after it was sealed'
        when n.line is null then 'the entry is missing: it was sealed and removed or moved'
        when n.line ~ ', [[].*[]][]]$'
            then 'the entry, its payout or one of its items is not as it was sealed'
        else 'the entry is not as it was sealed'
    end
from (
    select
        p_batch.entry_seq - p_batch.entry_count + m.entry_no as entry_seq,
        substring(p_batch.marks from (4 * m.entry_no - 3)::integer for 4) as mark
    from generate_series(1, p_batch.entry_count) as m (entry_no)
) as m
full join ledger.list_entry_lines(
    p_batch.restaurant_id, p_batch.currency, p_after_seq, p_batch.entry_seq
) as l using (entry_seq)
cross join lateral (
    select
        m.mark,
        l.line
) as n
where n.mark is distinct from substring(sha256(convert_to(n.line, 'UTF8')) for 4)
order by entry_seq
limit 1
$function$;

comment on function ledger.name_changed_entry(ledger.account_seals, bigint)
is 'The first entry of a batch that is not as it was sealed.';
