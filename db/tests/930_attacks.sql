-- What an attacker found, and what must stay mended.
begin;
select plan(17);

create function pg_temp.send(
    p_restaurant_id text, p_id text, p_at text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at,
        'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;
create function pg_temp.money(p_restaurant_id text)
returns text
language sql
as $$
select concat_ws(' ', b.available, b.pending, b.reserved)
from api.get_balance(p_restaurant_id, 'PEN') as b
$$;

-- Money out is never pending, wherever the restaurant moves.
select is(
    (select s.timezone from api.set_restaurant('west', 'UTC', 0) as s),
    'UTC', 'a restaurant in UTC is set'
);
select is(
    pg_temp.send('west', 'w1', '2025-12-01T10:00:00Z', 1000), 'processed', 'a charge of long ago'
);
select is(
    pg_temp.send(
        'west', 'w2', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 900,
        '{"event_type": "refund_succeeded"}'
    ),
    'processed', 'a refund of now'
);
select is(
    (select s.day_close_hour::text from api.set_restaurant('west', 'Etc/GMT+12', 7) as s),
    '7', 'the restaurant moves west, where that day has not come'
);
select is(pg_temp.money('west'), '100 0 0', 'the refund is taken from what is available at once');
select is(
    (
        select concat_ws(' ', r.payouts_created, r.payouts_amount)
        from api.run_payouts('PEN', (now() at time zone 'UTC')::date - 2, 1) as r
    ),
    '1 100', 'a payout pays no more than the refund has left'
);
select is(
    (
        select e.payable_amount::text
        from reporting.payout_eligibility as e
        where e.restaurant_id = 'west'
    ),
    '0', 'the view agrees'
);
select is(
    (
        select concat_ws(' ', b.available, b.pending)
        from reporting.restaurant_balances as b
        where b.restaurant_id = 'west'
    ),
    '0 0', 'the balances agree'
);

-- Every JSON object gets an answer.
select is(
    pg_temp.send('west', 'w3', '2024-12-30T10:00:00.' || repeat('1', 200) || 'Z', 1),
    'processed', 'cuts a fraction that no cast takes'
);
select is(
    pg_temp.send('west', 'w4', '2024-12-30T1５:00:00Z', 1),
    'rejected OCCURRED_AT_INVALID', 'rejects digits of another script (OCCURRED_AT_INVALID)'
);

-- The same content in another notation is the same content.
select is(
    pg_temp.send('west', 'w5', '2025-12-01T10:00:00Z', 7, '{"metadata": {"a": 1}}'),
    'processed', 'an event with a number in its metadata'
);
select is(
    pg_temp.send('west', 'w5', '2025-12-01T10:00:00Z', 7, '{"metadata": {"a": 1.0}}'),
    'already_processed', 'the number written otherwise is no conflict'
);
select is(
    pg_temp.send('west', 'w5', '2025-12-01T10:00:00Z', 7, '{"metadata": {"a": 1}, "payout_id": null}'),
    'already_processed', 'a payout_id that is null is one that is absent'
);
select is(
    pg_temp.send('west', 'w5', '2025-12-01T10:00:00Z', 7, '{"metadata": {"a": 2}}'),
    'conflict EVENT_ID_REUSED', 'another number is a conflict'
);

-- A caller's settings do not break a run.
set local plan_cache_mode = force_custom_plan;
set local enable_nestloop = off;
select is(
    pg_temp.send('steady', 's1', '2025-12-01T10:00:00Z', 500), 'processed', 'another restaurant'
);
select is(
    (select r.payouts_created::text from api.run_payouts('PEN', '2025-12-31', 100) as r),
    '1', 'a run works whatever the caller has told the planner'
);

-- A forged event row is found.
insert into ledger.processor_events (
    amount, fee, occurred_at, received_at, entry_count, restaurant_id, currency, provider,
    event_id, event_type, payload
)
values (
    5, 0, now(), now(), 0, 'steady', 'PEN', 'default', 'forged', 'charge_succeeded', '{}'
);
select is(
    (select c.findings from api.check_integrity('event_differs_from_rule') as c),
    1::bigint, 'the checks find a charge without entries'
);

select * from finish();
rollback;
