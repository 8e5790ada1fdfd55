-- A month of one restaurant: sales, refunds, payouts that are paid, fail and come back.
begin;
select plan(42);

create function pg_temp.send(
    p_id text, p_type text, p_at text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', p_type, 'occurred_at', p_at, 'restaurant_id', 'res_001',
        'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;
create function pg_temp.report(
    p_id text, p_type text, p_at text, p_as_of date, p_change jsonb default '{}'
)
returns text
language sql
as $$
select pg_temp.send(
    p_id, p_type, p_at, p.amount, jsonb_build_object('payout_id', p.payout_id) || p_change
)
from reporting.payouts as p
where p.as_of = p_as_of
$$;
create function pg_temp.balance() returns text
language sql
as $$
select format('%s available, %s reserved', b.available::bigint, b.reserved) from api.get_balance(
    'res_001', 'PEN'
) as b
$$;
create function pg_temp.payout(p_as_of date) returns text
language sql
as $$
select
    format(
        '%s %s: %s', p.status, p.amount,
        (
            select string_agg(
                format('%s %s', i.item_type, i.amount), ', ' order by i.item_type collate "C"
            )
            from reporting.payout_items as i
            where i.payout_id = p.payout_id
        )
    )
from reporting.payouts as p
where p.as_of = p_as_of
$$;

-- First week: sales and a refund, paid
select is(
    pg_temp.send('m_01', 'charge_succeeded', '2025-12-01T20:00:00-05:00', 50000, '{"fee": 2500}'),
    'processed', 'a dinner'
);
select is(
    pg_temp.send('m_02', 'charge_succeeded', '2025-12-02T21:00:00-05:00', 30000, '{"fee": 1500}'),
    'processed', 'another'
);
select is(
    pg_temp.send('m_03', 'refund_succeeded', '2025-12-03T12:00:00-05:00', 10000), 'processed',
    'a part of it given back'
);
select is(pg_temp.balance(), '66000 available, 0 reserved', 'the fee of a refunded charge is kept');
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-07') as r), 66000::bigint,
    'the first payout'
);
select is(pg_temp.balance(), '0 available, 66000 reserved', 'reserves the money');
select is(
    pg_temp.payout('2025-12-07'), 'CREATED 66000: fees -4000, gross_sales 80000, refunds -10000',
    'and says what it is'
);
select is(
    pg_temp.report('m_04', 'payout_paid', '2025-12-08T10:00:00-05:00', '2025-12-07'), 'processed',
    'it reaches the bank'
);
select is(pg_temp.balance(), '0 available, 0 reserved', 'and the money is gone');

-- Second week: a payout fails
select is(
    pg_temp.send('m_05', 'charge_succeeded', '2025-12-09T20:00:00-05:00', 20000, '{"fee": 1000}'),
    'processed', 'a dinner'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-14') as r), 19000::bigint,
    'the second payout'
);
select is(
    pg_temp.report('m_06', 'payout_failed', '2025-12-15T10:00:00-05:00', '2025-12-14'), 'processed',
    'fails'
);
select is(
    pg_temp.balance(), '19000 available, 0 reserved', 'and its money is available again, at once'
);
select is(
    pg_temp.report('m_07', 'payout_failed', '2025-12-15T11:00:00-05:00', '2025-12-14'),
    'processed NO_EFFECT', 'failing twice changes nothing (NO_EFFECT)'
);
select is(
    pg_temp.report('m_08', 'payout_paid', '2025-12-15T12:00:00-05:00', '2025-12-14'),
    'rejected PAYOUT_STATE_CONFLICT',
    'a FAILED payout that is said to be paid is for a person to look at (PAYOUT_STATE_CONFLICT)'
);
select is(pg_temp.balance(), '19000 available, 0 reserved', 'and moves nothing');
select is(
    (select r.skipped from run_payouts('PEN', '2025-12-14') as r), '{"already_paid": 1}'::jsonb,
    'a day whose payout failed is not run again (already_paid)'
);

-- Third week: the first payout comes back from the bank; the next payout has it all
select is(
    pg_temp.report('m_09', 'payout_failed', '2025-12-08T09:00:00-05:00', '2025-12-07'),
    'processed NO_EFFECT',
    'a failure older than the payment is stale and does not undo PAID (NO_EFFECT)'
);
select is(
    pg_temp.report('m_10', 'payout_paid', '2025-12-08T09:30:00-05:00', '2025-12-07'),
    'processed NO_EFFECT', 'nor does being paid once more (NO_EFFECT)'
);
select is(pg_temp.balance(), '19000 available, 0 reserved', 'neither moves anything');
select is(
    pg_temp.payout('2025-12-07'), 'PAID 66000: fees -4000, gross_sales 80000, refunds -10000',
    'it is still PAID'
);
select is(
    pg_temp.report(
        'm_11', 'payout_failed', '2025-12-16T10:00:00-05:00', '2025-12-07',
        '{"metadata": {"failure_reason": "account closed"}}'
    ),
    'processed', 'the bank sends it back'
);
select is(pg_temp.balance(), '85000 available, 0 reserved', 'the money is the restaurant''s again');
select is(
    pg_temp.payout('2025-12-07'), 'FAILED 66000: fees -4000, gross_sales 80000, refunds -10000',
    'the payout is FAILED and consists of what it did'
);
select results_eq(
    $$
    select e.entry_type collate "default", e.amount
    from list_entries('res_001', 'PEN') as e
    where e.event_id in ('m_04', 'm_06', 'm_11')
    $$,
    $$
    values ('PAYOUT_RELEASE', 66000::bigint), ('PAYOUT_FAILURE', 19000), ('PAYOUT_RETURN', 66000)
    $$,
    'paid releases, failed gives back, returned takes back from the processor'
);
select is(
    pg_temp.send('m_12', 'charge_succeeded', '2025-12-17T20:00:00-05:00', 10000, '{"fee": 500}'),
    'processed', 'a dinner'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-21') as r), 94500::bigint,
    'the third payout'
);
select is(
    pg_temp.payout('2025-12-21'),
    'CREATED 94500: fees -500, gross_sales 10000, payout_failures 19000, payout_returns 66000',
    'has the failed and the returned one as items'
);
select is(
    pg_temp.report('m_13', 'payout_paid', '2025-12-22T10:00:00-05:00', '2025-12-21'), 'processed',
    'it is paid'
);

-- Fourth week: a late event, a debt, the end of the month
select is(
    pg_temp.send('m_14', 'charge_succeeded', '2025-12-05T20:00:00-05:00', 700), 'processed',
    'a charge of the 5th comes late'
);
select is(
    (select e.settlement_day from list_entries('res_001', 'PEN') as e where e.event_id = 'm_14'),
    '2025-12-22'::date,
    'and settles on the first open day'
);
select is(
    pg_temp.payout('2025-12-07'), 'FAILED 66000: fees -4000, gross_sales 80000, refunds -10000',
    'old payouts stay as they were'
);
select is(
    pg_temp.send('m_15', 'refund_succeeded', '2025-12-23T12:00:00-05:00', 5000), 'processed',
    'a large refund'
);
select is(pg_temp.balance(), '-4300 available, 0 reserved', 'leaves a debt');
select is(
    (select r.skipped from run_payouts('PEN', '2025-12-28') as r), '{"nothing_to_pay": 1}'::jsonb,
    'a debt is not paid (nothing_to_pay)'
);
select is(
    pg_temp.send('m_16', 'charge_succeeded', '2025-12-31T20:00:00-05:00', 9300), 'processed',
    'New Year''s Eve'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-31') as r), 5000::bigint,
    'makes it good'
);
select is(
    pg_temp.payout('2025-12-31'), 'CREATED 5000: gross_sales 10000, refunds -5000',
    'with all that happened since'
);

-- The books
select results_eq(
    'select t.account collate "default",
    t.balance from reporting.trial_balance as t order by t.account collate "C"',
    $$
    values
    ('processor_clearing', 10500::numeric), ('processor_fees', 5500), ('restaurant_available', 0),
    ('restaurant_reserved', 5000)
    $$,
    'the processor holds what is owed and the fees'
);
select is(
    (select sum(d.net) from reporting.daily_sales as d), 99500::numeric,
    'the sales of the month are what was paid and is under way'
);
select is(
    (
        select sum(p.amount)
        from list_payouts('res_001', 'PEN') as p
        where p.status in ('PAID', 'CREATED')
    ),
    99500::numeric,
    'to the last céntimo'
);
select is_empty('select * from check_integrity() as c where c.findings > 0', 'nothing is amiss');

select * from finish();
rollback;
