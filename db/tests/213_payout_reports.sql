-- What reports about a payout come to, in whichever order they arrive.
begin;
select plan(21);

create function pg_temp.report(p_restaurant_id text, p_kind text, p_second integer) returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from ledger.payouts as p
cross join lateral api.ingest_event(
    jsonb_build_object(
        'event_id', format('evt_%s_%s_%s', p_restaurant_id, p_kind, p_second), 'event_type', p_kind,
        'occurred_at', timestamptz '2025-12-31T10:00:00Z' + p_second * interval '1 second',
        'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', p.amount, 'payout_id',
        p.payout_id
    )
) as a
where p.restaurant_id = p_restaurant_id
$$;
-- The answers to some reports in their order, the payout's state, the entries, what is available.
create function pg_temp.tell(p_restaurant_id text, p_reports text[]) returns text
language plpgsql
as $$
declare
    v_report text;
    v_told text := '';
begin
    perform api.ingest_event(
        jsonb_build_object(
            'event_id', 'evt_' || p_restaurant_id, 'event_type', 'charge_succeeded',
            'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', p_restaurant_id,
            'currency', 'PEN', 'amount', 100
        )
    );
    perform api.run_payouts('PEN', '2025-12-30', p_restaurant_ids => array[p_restaurant_id]);
    foreach v_report in array p_reports loop
        v_told := v_told || pg_temp.report(
            p_restaurant_id, 'payout_' || split_part(v_report, ' ', 1),
            split_part(v_report, ' ', 2)::integer
        ) || ', ';
    end loop;
    return v_told || (
        select format('%s, %s, %s', p.status, b.available, b.reserved)
        from ledger.payouts as p
        cross join lateral api.get_balance(p_restaurant_id, 'PEN') as b
        where p.restaurant_id = p_restaurant_id
    );
end
$$;
create function pg_temp.entries(p_restaurant_id text) returns text
language sql
as $$
select string_agg(e.entry_type, ' ' order by e.entry_seq) filter (where e.entry_seq > 2)
from ledger.ledger_entries as e
where e.restaurant_id = p_restaurant_id
$$;

-- One report
select is(
    pg_temp.tell('paid', '{paid 0}'), 'processed, PAID, 0, 0', 'a payout is paid'
);
select is(pg_temp.entries('paid'), 'PAYOUT_RELEASE', 'and its money is gone');
select is(
    pg_temp.tell('failed', '{failed 0}'), 'processed, FAILED, 100, 0', 'a payout fails'
);
select is(pg_temp.entries('failed'), 'PAYOUT_FAILURE', 'and its money is available again');

-- Two reports of one instant
select is(
    pg_temp.tell('same_1', '{paid 0, failed 0}'), 'processed, processed, FAILED, 100, 0',
    'paid and failed in one instant is failed'
);
select is(
    pg_temp.entries('same_1'), 'PAYOUT_RELEASE PAYOUT_RETURN', 'what was released is given back'
);
select is(
    pg_temp.tell('same_2', '{failed 0, paid 0}'), 'processed, processed NO_EFFECT, FAILED, 100, 0',
    'failed and paid in one instant is failed'
);
select is(pg_temp.entries('same_2'), 'PAYOUT_FAILURE', 'and nothing was released');

-- Two reports, the later one first
select is(
    pg_temp.tell('late_paid', '{failed 10, paid 5}'),
    'processed, processed NO_EFFECT, FAILED, 100, 0',
    'a payout that failed after it was paid is failed, also if that is told first'
);
select is(pg_temp.entries('late_paid'), 'PAYOUT_FAILURE', 'its money is available once');
select is(
    pg_temp.tell('late_failed', '{paid 10, failed 5}'),
    'processed, processed NO_EFFECT, PAID, 0, 0',
    'a failure that was told after the payment that overtook it does nothing'
);

-- Two reports in their order
select is(
    pg_temp.tell('returned', '{paid 5, failed 10}'), 'processed, processed, FAILED, 100, 0',
    'a payout that the bank sends back is failed'
);
select is(
    pg_temp.entries('returned'), 'PAYOUT_RELEASE PAYOUT_RETURN', 'and its money is back'
);
select is(
    pg_temp.tell('contradicted', '{failed 5, paid 10}'),
    'processed, rejected PAYOUT_STATE_CONFLICT, FAILED, 100, 0',
    'a payout that is paid after it failed is for a person to look at (PAYOUT_STATE_CONFLICT)'
);

-- More than two: the latest moment of each counts
select is(
    pg_temp.tell('again', '{failed 5, failed 10, paid 7}'),
    'processed, processed NO_EFFECT, processed NO_EFFECT, FAILED, 100, 0',
    'told again with a later moment, a failure overtakes what lies between'
);
select is(
    pg_temp.tell('again_earlier', '{failed 10, failed 5, paid 7}'),
    'processed, processed NO_EFFECT, processed NO_EFFECT, FAILED, 100, 0',
    'told again with an earlier moment, it still does'
);
select is(
    pg_temp.tell('paid_again', '{paid 5, paid 10, failed 7}'),
    'processed, processed NO_EFFECT, processed NO_EFFECT, PAID, 0, 0',
    'so does a payment'
);
select results_eq(
    $$
    select p.restaurant_id collate "default", p.paid_at, p.failed_at
    from ledger.payouts as p
    where p.restaurant_id in ('paid_again', 'returned') order by p.restaurant_id
    $$,
    $$
    values
    ('paid_again', timestamptz '2025-12-31T10:00:10Z', null::timestamptz),
    ('returned', '2025-12-31T10:00:05Z', '2025-12-31T10:00:10Z')
    $$,
    'the payout tells when'
);

-- After it
select is(
    (
        select concat_ws(' ', r.payouts_created, r.skipped)
        from api.run_payouts('PEN', '2025-12-30', p_restaurant_ids => '{failed}') as r
    ),
    '0 {"already_paid": 1}', 'a payout that failed is not made again for its day (already_paid)'
);
select is(
    (
        select p.items
        from api.preview_payouts('PEN', '2025-12-31', p_restaurant_ids => '{failed}') as p
    ),
    '[{"item_type": "payout_failures", "amount": 100, "entry_count": 1}]',
    'its money is an item of the next one'
);
select is_empty(
    $$
    select f.check_name, f.finding
    from reporting.integrity_findings as f
    where f.severity = 'error'
    $$,
    'after all this the ledger is sound'
);

select * from finish();
rollback;
