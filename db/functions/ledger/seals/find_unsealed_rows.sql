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
 *     payout with the entry that reserves it, and a link, hold or acceptance with its event. An
 *     event whose number was settled before it came is in no seal, and no later one would look for
 *     it.
 * Returns:
 *     a row each
 * Reads:  ledger.payouts, ledger.ledger_entries, ledger.account_seals, ledger.payout_items,
 *         ledger.event_links, ledger.holdings, ledger.event_acceptances, ledger.processor_events,
 *         ledger.seals, ledger.account_balances
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
union all
select
    v.restaurant_id,
    v.currency,
    v.event_id,
    'the event was inserted: its number was settled before it came, and no seal holds it'
from (
    select max(s.settled_event_no) as event_no
    from ledger.seals as s
) as l
cross join ledger.account_balances as a
left join lateral (
    select s.event_no
    from ledger.account_seals as s
    where s.restaurant_id = a.restaurant_id
        and s.currency = a.currency
    order by s.seal_no desc
    limit 1
) as b on true
inner join ledger.processor_events as v
    on a.restaurant_id = v.restaurant_id
    and a.currency = v.currency
    and v.event_no > coalesce(b.event_no, -9223372036854775808)
    and v.event_no <= l.event_no
$function$;

comment on function ledger.find_unsealed_rows()
is 'Rows that stand beside what is sealed and that no entry or event of it has.';
