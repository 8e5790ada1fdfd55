create or replace function ledger.seal_accounts(p_seal_no bigint, p_settled_event_no bigint)
returns void
language sql
volatile
as $function$
/*
 * Function: ledger.seal_accounts(2)
 *     Writes a batch for each account that has moved: its entries and events after those that are
 *     sealed, as far as they are committed. One statement, so that all are of one moment. An
 *     account's rows are numbered under the lock of its row: they are committed in their order, so
 *     that nothing joins what is sealed later.
 * Parameters:
 *     p_seal_no           - the seal; this session is the only one that seals
 *     p_settled_event_no  - up to this number all events are sealed
 * Calls:  ledger.digest_account, ledger.write_batch_line
 * Reads:  ledger.account_balances
 * Writes: ledger.account_seals
 * Locks:  none
 */
insert into ledger.account_seals (
    seal_no, entry_seq, event_no, entry_count, event_count, restaurant_id, currency, hash, marks
)
select
    n.seal_no, n.entry_seq, n.event_no, n.entry_count, n.event_count, n.restaurant_id, n.currency,
    sha256(
        convert_to(ledger.write_batch_line(row(n.*)::ledger.account_seals, b.hash), 'UTF8')
        || d.digests
    ),
    d.marks
from ledger.account_balances as a
left join lateral (
    select
        s.entry_seq,
        s.event_no,
        s.hash
    from ledger.account_seals as s
    where s.restaurant_id = a.restaurant_id
        and s.currency = a.currency
    order by s.seal_no desc
    limit 1
) as b on true
cross join lateral ledger.digest_account(
    a.restaurant_id, a.currency, coalesce(b.entry_seq, 0), 9223372036854775807,
    greatest(b.event_no, p_settled_event_no), 9223372036854775807
) as d
cross join lateral (
    select
        p_seal_no as seal_no,
        coalesce(d.entry_seq, b.entry_seq, 0) as entry_seq,
        coalesce(d.event_no, b.event_no, 0) as event_no,
        d.entry_count,
        d.event_count,
        a.restaurant_id,
        a.currency,
        null::bytea as hash,
        null::bytea as marks
) as n
where d.entry_count + d.event_count > 0
on conflict do nothing
$function$;

comment on function ledger.seal_accounts(bigint, bigint)
is 'Writes a batch of a seal for each account that has moved.';
