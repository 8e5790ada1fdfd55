-- The rows that a payout run has written, by INSERT ... SELECT.
insert into floor.payout_runs (run_id, currency, as_of, min_amount, started_at)
select
    r.run_id,
    r.currency,
    r.as_of,
    r.min_amount,
    r.started_at
from ledger.payout_runs as r
where r.run_id = '%(run_id)s';

insert into floor.payouts (
    amount, reserve_entry_seq, created_at, as_of, restaurant_id, currency, status, payout_id, run_id
)
select
    p.amount,
    p.reserve_entry_seq,
    p.created_at,
    p.as_of,
    p.restaurant_id,
    p.currency,
    p.status,
    p.payout_id,
    p.run_id
from ledger.payouts as p
where p.run_id = '%(run_id)s';

insert into floor.payout_items (amount, entry_count, restaurant_id, payout_id, item_type)
select
    i.amount,
    i.entry_count,
    i.restaurant_id,
    i.payout_id,
    i.item_type
from ledger.payout_items as i
inner join ledger.payouts as p on i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id
where p.run_id = '%(run_id)s';

insert into floor.ledger_entries (
    entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
    business_day, available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
)
select
    e.entry_seq,
    e.amount,
    e.balance_after,
    e.reserved_after,
    e.event_no,
    p.created_at,
    e.recorded_at,
    e.business_day,
    e.available_on,
    e.settlement_day,
    e.restaurant_id,
    e.currency,
    e.entry_type,
    e.payout_id
from ledger.ledger_entries as e
inner join ledger.payouts as p
    on e.restaurant_id = p.restaurant_id
    and e.currency = p.currency
    and e.entry_seq = p.reserve_entry_seq
where p.run_id = '%(run_id)s';
