-- Charges with their fees for many restaurants at once, as the posting functions would have left
-- them, written straight into the tables: triggers and foreign keys sleep meanwhile. Restaurant
-- <prefix>1 .. <prefix><restaurants> each get <events> events, spread evenly over <days> days up to
-- <until>; the money of a day is available <delay> days later. Each event has a reservation id of
-- its own, rsv_<number>, and a payment, pay_<number>; no check finds anything.
create temporary table facts on commit drop as
select
    '%(prefix)s' || r.restaurant_no as restaurant_id,
    e.event_no as no_in_account,
    5000 + (e.event_no * 7919 + r.restaurant_no) %% 20000 as amount,
    '%(until)s'::date - (%(days)s - 1) + ((e.event_no - 1) * %(days)s / %(events)s)::integer as day,
    sum(5000 + (e.event_no * 7919 + r.restaurant_no) %% 20000 - 95)
        over (partition by r.restaurant_no order by e.event_no)::bigint as balance,
    nextval(pg_get_serial_sequence('ledger.processor_events', 'event_no')) as event_no
from generate_series(1, %(restaurants)s) as r (restaurant_no)
cross join generate_series(1::bigint, %(events)s) as e (event_no);

set local session_replication_role = replica;

insert into ledger.restaurants (restaurant_id, timezone, settlement_delay_days, created_at)
select
    '%(prefix)s' || r.restaurant_no,
    'America/Lima',
    %(delay)s,
    now()
from generate_series(1, %(restaurants)s) as r (restaurant_no)
on conflict do nothing;

insert into ledger.account_balances (
    restaurant_id, currency, balance, last_entry_seq, last_entry_at, last_event_at, timezone,
    day_close_hour, settlement_delay_days
)
select distinct on (f.restaurant_id)
    f.restaurant_id,
    '%(currency)s',
    f.balance,
    f.no_in_account * 2,
    f.day + time '18:00' at time zone 'UTC',
    f.day + time '18:00' at time zone 'UTC',
    'America/Lima',
    0,
    %(delay)s
from facts as f
order by f.restaurant_id, f.no_in_account desc;

insert into ledger.pending_days (
    restaurant_id, currency, available_on, amount, first_entry_seq, last_entry_seq
)
select
    f.restaurant_id,
    '%(currency)s',
    f.day + %(delay)s,
    sum(f.amount - 95),
    min(f.no_in_account) * 2 - 1,
    max(f.no_in_account) * 2
from facts as f
where %(delay)s > 0
group by f.restaurant_id, f.day;

insert into ledger.processor_events (
    event_no, amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
    currency, provider, event_id, event_type, subject_id, payload
)
overriding system value
select
    f.event_no, f.amount, 95, f.no_in_account * 2 - 1, f.day + time '18:00' at time zone 'UTC',
    f.day + time '18:00' at time zone 'UTC', 2, f.restaurant_id, '%(currency)s', 'load',
    'evt_' || f.event_no, 'charge_succeeded', 'pay_' || f.event_no,
    jsonb_build_object(
        'event_id', 'evt_' || f.event_no, 'event_type', 'charge_succeeded', 'provider', 'load',
        'restaurant_id', f.restaurant_id, 'currency', '%(currency)s', 'amount', f.amount,
        'fee', 95, 'occurred_at', to_char(f.day, 'YYYY-MM-DD') || 'T18:00:00Z',
        'metadata', jsonb_build_object(
            'reservation_id', 'rsv_' || f.event_no, 'payment_id', 'pay_' || f.event_no
        )
    )
from facts as f;

insert into ledger.ledger_entries (
    entry_seq, amount, balance_after, reserved_after, event_no, recorded_at, business_day,
    available_on, settlement_day, restaurant_id, currency, entry_type
)
select
    f.no_in_account * 2 - 1 + k.is_fee, case k.is_fee when 0 then f.amount else 95 end,
    f.balance + 95 * (1 - k.is_fee), 0, f.event_no, f.day + time '18:00' at time zone 'UTC', f.day,
    f.day + %(delay)s, f.day + %(delay)s, f.restaurant_id, '%(currency)s', k.entry_type
from facts as f
cross join (values (0, 'CHARGE'), (1, 'FEE')) as k (is_fee, entry_type)
order by f.restaurant_id, f.no_in_account, k.is_fee;
