create or replace function ledger.find_unsealed_rows()
returns table (
    restaurant_id text,
    currency text,
    reference text,
    finding text
)
language sql
stable
as $function$
/*
 * Function: ledger.find_unsealed_rows(0)
 *     Rows that stand beside what is sealed and that no entry or event of it has: seals cover a
 *     payout with the entry that reserves it, and a link, hold or acceptance with its event.
 * Returns:
 *     a row each
 * Reads:  ledger.payouts, ledger.ledger_entries, ledger.account_seals, ledger.payout_items,
 *         ledger.event_links, ledger.holdings, ledger.event_acceptances, ledger.processor_events
 */
select
    p.restaurant_id,
    p.currency,
    p.payout_id,
    'the payout was inserted: no sealed entry reserves it'
from ledger.payouts as p
where p.reserve_entry_seq <= (
    select max(s.entry_seq)
    from ledger.account_seals as s
    where s.restaurant_id = p.restaurant_id
        and s.currency = p.currency
)
and not exists (
    select
    from ledger.ledger_entries as e
    where e.restaurant_id = p.restaurant_id
        and e.currency = p.currency
        and e.entry_seq = p.reserve_entry_seq
        and e.payout_id = p.payout_id
        and e.entry_type = 'PAYOUT_RESERVE'
)
union all
select
    i.restaurant_id,
    '',
    i.payout_id,
    'the item was inserted: there is no such payout'
from ledger.payout_items as i
where not exists (
    select
    from ledger.payouts as p
    where p.restaurant_id = i.restaurant_id
        and p.payout_id = i.payout_id
)
union all
select
    x.restaurant_id,
    '',
    x.event_no::text,
    'the row of ' || x.name || ' was inserted: there is no such event'
from (
    select
        l.restaurant_id,
        l.event_no,
        'event_links' as name
    from ledger.event_links as l
    union all
    select
        h.restaurant_id,
        h.event_no,
        'holdings'
    from ledger.holdings as h
    union all
    select
        a.restaurant_id,
        a.event_no,
        'event_acceptances'
    from ledger.event_acceptances as a
) as x
where not exists (
    select
    from ledger.processor_events as e
    where e.restaurant_id = x.restaurant_id
        and e.event_no = x.event_no
)
$function$;

comment on function ledger.find_unsealed_rows()
is 'Rows that stand beside what is sealed and that no entry or event of it has.';
