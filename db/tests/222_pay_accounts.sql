-- ledger.pay_accounts: what one restaurant is paid, with the clock in hand.
begin;
select plan(53);

create function pg_temp.send(
    p_restaurant_id text, p_id text, p_at timestamptz, p_amount bigint, p_change jsonb default '{}'
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
-- Amount, or why not; in a run of its own.
create function pg_temp.pay(
    p_restaurant_id text, p_as_of date, p_now timestamptz, p_min_amount bigint default 1
)
returns text
language plpgsql
as $$
declare
    v_run_id text = 'run_' || gen_random_uuid();
begin
    insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at)
    values (v_run_id, 'PEN', p_as_of, p_min_amount, p_now);
    return format('%s %s', coalesce(c.reason, 'paid'), c.amount)
    from ledger.pay_accounts(
        array[p_restaurant_id], 'PEN', p_as_of, p_min_amount, v_run_id, p_now
    ) as c;
end
$$;
create function pg_temp.items(p_restaurant_id text, p_as_of date) returns text
language sql
as $$
select string_agg(
    format('%s %s (%s)', i.item_type, i.amount, i.entry_count),
    ', ' order by i.item_type collate "C"
)
from ledger.payouts as p
inner join ledger.payout_items as i on p.restaurant_id = i.restaurant_id
    and p.payout_id = i.payout_id
where p.restaurant_id = p_restaurant_id and p.as_of = p_as_of
$$;

-- The restaurant's own day
select is(
    pg_temp.send('res_day', 'd_1', '2025-12-10T12:00:00-05:00', 1000), 'processed',
    'a charge on the 10th in Lima'
);
select matches(
    pg_temp.pay('res_day', '2025-12-11', '2025-12-11T04:59:59Z'), '^as_of_in_future ',
    'in Lima the 11th has not come at 23:59 of the 10th, whatever the date in UTC (as_of_in_future)'
);
-- A run needs a day that has come: in UTC, or for a restaurant that is ahead of it.
select throws_ok(
    $$
    select ledger.require_payout_run('PEN', '2025-12-11', 1, false, '2025-12-10T23:59:59Z')
    $$,
    'LUFUT', 'as_of 2025-12-11 lies in the future', 'tomorrow has come nowhere (LUFUT)'
);
select is(
    ledger.require_payout_run('PEN', '2025-12-11', 1, false, '2025-12-11T00:00:00Z'), 'PEN',
    'at midnight in UTC a run for the day may begin, though in Lima it has not come'
);
select throws_ok(
    $$
    select set_restaurant('res_east', 'Pacific/Kiritimati');
    select ledger.require_payout_run('PEN', '2025-12-11', 1, false, '2025-12-10T09:59:59Z')
    $$,
    'LUFUT', null, 'nor before it has come to the restaurant that is furthest ahead (LUFUT)'
);
select lives_ok(
    $$
    select set_restaurant('res_east', 'Pacific/Kiritimati');
    select ledger.require_payout_run('PEN', '2025-12-11', 1, false, '2025-12-10T10:00:00Z')
    $$,
    'when it has come there, it may'
);
select is(
    pg_temp.pay('res_day', '2025-12-10', '2025-12-10T23:59:59-05:00'), 'paid 1000',
    'the day that is under way may be paid'
);
select is(
    (
        select format('%s %s', p.created_at at time zone 'UTC', p.status)
        from ledger.payouts as p
        where p.restaurant_id = 'res_day'
    ),
    '2025-12-11 04:59:59 CREATED', 'a payout is created when the clock says'
);
select is(
    pg_temp.pay('res_day', '2025-12-10', '2025-12-11T12:00:00Z'), 'already_paid 0',
    'once (already_paid)'
);
select matches(
    pg_temp.pay('res_day', '2025-12-09', '2025-12-11T12:00:00Z'), '^closed_by_later_payout ',
    'days that a payout closed are not paid again (closed_by_later_payout)'
);
select is(
    (select s.day_close_hour from set_restaurant('res_night', p_day_close_hour => 4) as s),
    4::smallint,
    'a place that closes at 4'
);
select is(
    pg_temp.send('res_night', 'n_1', '2025-12-11T02:00:00-05:00', 700), 'processed',
    'sells at 2 a.m. of the 11th'
);
select matches(
    pg_temp.pay('res_night', '2025-12-11', '2025-12-11T03:59:59-05:00'), '^as_of_in_future ',
    'at 3:59 its 11th has not come (as_of_in_future)'
);
select is(
    pg_temp.pay('res_night', '2025-12-10', '2025-12-11T03:59:59-05:00'), 'paid 700',
    'and what it sold at 2 a.m. is paid with its 10th'
);

-- What counts: entries up to as_of, never more than is available
select is(
    string_agg(pg_temp.send('res_sum', e.id, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed processed processed',
    'three days of charges, and a refund on the last'
)
from (
    values
    ('s_1', '2025-12-10T12:00:00-05:00'::timestamptz, 1000, '{"fee": 100}'::jsonb),
    ('s_2', '2025-12-11T12:00:00-05:00', 2000, '{"fee": 200}'),
    ('s_3', '2025-12-12T12:00:00-05:00', 4000, '{}'),
    ('s_4', '2025-12-12T13:00:00-05:00', 4400, '{"event_type": "refund_succeeded"}')
) as e (id, at, amount, change);
select is(
    pg_temp.pay('res_sum', '2025-12-10', '2025-12-12T20:00:00-05:00', 901), 'below_minimum 900',
    'what is below the least amount is not paid (below_minimum)'
);
select is(
    pg_temp.pay('res_sum', '2025-12-11', '2025-12-12T20:00:00-05:00', 2300), 'paid 2300',
    'entries up to as_of are paid, but no more than is available now; equal to the least pays'
);
select is(
    pg_temp.items('res_sum', '2025-12-11'),
    'carried_out -400 (0), fees -300 (2), gross_sales 3000 (2)',
    'what was spent since is held back (carried_out)'
);
select is(
    pg_temp.pay('res_sum', '2025-12-12', '2025-12-12T20:00:00-05:00'), 'nothing_to_pay 0',
    'then nothing is left (nothing_to_pay)'
);
select is(
    pg_temp.send('res_sum', 's_5', '2025-12-12T14:00:00-05:00', 500), 'processed', 'one more charge'
);
select is(
    pg_temp.pay('res_sum', '2025-12-12', '2025-12-12T20:00:00-05:00'), 'paid 500', 'is paid'
);
select is(
    pg_temp.items('res_sum', '2025-12-12'),
    'carried_in 400 (0), gross_sales 4500 (2), refunds -4400 (1)',
    'with what was held back before (carried_in)'
);

-- What is pending is not available, whatever it would make good
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_wait', p_settlement_delay_days => 2) as s
    ),
    2::smallint,
    'money waits two days'
);
select is(
    string_agg(pg_temp.send('res_wait', e.id, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed processed',
    'a charge that has waited, one that waits, and a refund'
)
from (
    values
    ('w_1', '2025-12-10T12:00:00-05:00'::timestamptz, 1000, '{}'::jsonb),
    ('w_2', '2025-12-12T12:00:00-05:00', 500, '{}'),
    ('w_3', '2025-12-13T12:00:00-05:00', 300, '{"event_type": "refund_succeeded"}')
) as e (id, at, amount, change);
select is(
    pg_temp.pay('res_wait', '2025-12-12', '2025-12-13T20:00:00-05:00'), 'paid 700',
    'the refund is held back from what is available, not from what is pending'
);
select is(
    pg_temp.items('res_wait', '2025-12-12'), 'carried_out -300 (0), gross_sales 1000 (1)',
    'by carried_out'
);

-- A debt is carried
select is(
    string_agg(pg_temp.send('res_debt', e.id, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed',
    'a charge that is refunded with its fee kept'
)
from (
    values
    ('b_1', '2025-12-10T12:00:00-05:00'::timestamptz, 1000, '{"fee": 100}'::jsonb),
    ('b_2', '2025-12-10T13:00:00-05:00', 1000, '{"event_type": "refund_succeeded"}')
) as e (id, at, amount, change);
select is(
    pg_temp.pay('res_debt', '2025-12-10', '2025-12-12T12:00:00-05:00'), 'nothing_to_pay -100',
    'a debt is nothing to pay (nothing_to_pay)'
);
select is(
    pg_temp.send('res_debt', 'b_3', '2025-12-11T12:00:00-05:00', 350), 'processed',
    'the next charge'
);
select is(
    pg_temp.pay('res_debt', '2025-12-11', '2025-12-12T12:00:00-05:00'), 'paid 250',
    'makes it good first'
);
select is(
    pg_temp.items('res_debt', '2025-12-11'),
    'fees -100 (1), gross_sales 1350 (2), refunds -1000 (1)',
    'and its payout shows all of it'
);

-- Paused
select is(
    (select s.payouts_paused from set_restaurant('res_debt', p_payouts_paused => true) as s),
    true, 'payouts paused'
);
select is(
    pg_temp.send('res_debt', 'b_4', '2025-12-12T12:00:00-05:00', 80), 'processed', 'there is money'
);
select is(
    pg_temp.pay('res_debt', '2025-12-12', '2025-12-12T14:00:00-05:00'), 'payouts_paused 80',
    'which waits (payouts_paused)'
);

-- A late event falls into the next payout
select is(
    pg_temp.send('res_late', 'l_1', '2025-12-10T12:00:00-05:00', 1000), 'processed',
    'a charge on the 10th'
);
select is(
    pg_temp.pay('res_late', '2025-12-10', '2025-12-11T00:00:00-05:00'), 'paid 1000', 'is paid'
);
select is(
    pg_temp.send('res_late', 'l_2', '2025-12-09T12:00:00-05:00', 60), 'processed',
    'a charge of the 9th comes late'
);
select results_eq(
    $$
    select e.business_day, e.available_on, e.settlement_day
    from ledger.ledger_entries as e
    where e.restaurant_id = 'res_late' and e.amount = 60
    $$,
    $$values ('2025-12-09'::date, '2025-12-09'::date, '2025-12-11'::date)$$,
    'it is of the 9th and available, and settles on the first open day'
);
select is(
    pg_temp.pay('res_late', '2025-12-11', '2025-12-12T00:00:00-05:00'), 'paid 60',
    'the next payout has it'
);
select is(
    pg_temp.items('res_late', '2025-12-10'), 'gross_sales 1000 (1)',
    'and the old one stays as it was'
);

-- As much as can be reserved
select is(
    pg_temp.send('res_full', 'f_1', '2025-12-10T12:00:00-05:00', 9007199254740961), 'processed',
    'a charge of 30 less than 2^53 - 1'
);
select is(
    pg_temp.pay('res_full', '2025-12-10', '2025-12-11T00:00:00-05:00'), 'paid 9007199254740961',
    'is reserved'
);
select is(
    pg_temp.send('res_full', 'f_2', '2025-12-11T12:00:00-05:00', 50), 'processed',
    'a charge of 50 on the next day'
);
select is(
    pg_temp.pay('res_full', '2025-12-11', '2025-12-12T00:00:00-05:00', 31), 'below_minimum 30',
    'only the 30 that can be kept beside what is reserved count (below_minimum)'
);
select is(
    pg_temp.pay('res_full', '2025-12-11', '2025-12-12T00:00:00-05:00', 30), 'paid 30',
    'and are paid'
);
select is(
    pg_temp.items('res_full', '2025-12-11'), 'carried_out -20 (0), gross_sales 50 (1)',
    'the rest is held back (carried_out)'
);
select is(
    pg_temp.pay('res_full', '2025-12-12', '2025-12-13T00:00:00-05:00'), 'nothing_to_pay 0',
    'while nothing more can be reserved, there is nothing to pay (nothing_to_pay)'
);
select is(
    (
        select pg_temp.send(
            'res_full', 'f_3', '2025-12-12T12:00:00-05:00', p.amount,
            jsonb_build_object('event_type', 'payout_paid', 'payout_id', p.payout_id)
        )
        from ledger.payouts as p
        where p.restaurant_id = 'res_full' and p.as_of = '2025-12-10'
    ),
    'processed', 'when the first payout has reached the bank'
);
select is(
    pg_temp.pay('res_full', '2025-12-12', '2025-12-13T00:00:00-05:00'), 'paid 20',
    'the rest is paid'
);
select is(
    pg_temp.items('res_full', '2025-12-12'), 'carried_in 20 (0)', 'as what was held back before'
);
select results_eq(
    $$
    select b.balance::bigint, b.reserved::bigint
    from ledger.account_balances as b
    where b.restaurant_id = 'res_full'
    $$,
    'values (0::bigint, 50::bigint)', 'and the account shows it'
);

-- Nobody
select matches(
    pg_temp.pay('res_sum', '2025-12-12', '2025-12-12T20:00:00-05:00'), '^already_paid ',
    'a payout is never made twice (already_paid)'
);

select is_empty(
    -- The chunks are paid here without the run that counts them.
    $$
    select f.check_name, f.finding
    from reporting.integrity_findings as f
    where f.severity = 'error'
        and f.check_name not in (
            'payout_run_differs_from_payouts', 'payout_skip_contradicts', 'payout_unlike_its_run'
        )
    $$,
    'after all this the ledger is sound'
);

select * from finish();
rollback;
