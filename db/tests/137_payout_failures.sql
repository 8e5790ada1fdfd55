-- Failed payouts: code and message are kept; what will fail again pauses the restaurant's payouts.
begin;
select plan(31);

-- A charge, a payout of it, and a report that it failed, all for one restaurant and day.
create function pg_temp.fail(
    p_restaurant_id text, p_change jsonb, p_as_of date default '2025-12-30', p_no integer default 1
)
returns text
language plpgsql
as $$
declare
    v_payout ledger.payouts;
begin
    perform api.ingest_event(
        jsonb_build_object(
            'event_id', format('evt_%s_%s', p_restaurant_id, p_as_of), 'event_type',
            'charge_succeeded', 'occurred_at', p_as_of || 'T15:00:00Z', 'restaurant_id',
            p_restaurant_id, 'currency', 'PEN', 'amount', 1000
        )
    );
    perform api.run_payouts('PEN', p_as_of, p_restaurant_ids => array[p_restaurant_id]);
    select p.*
    into v_payout
    from ledger.payouts as p
    where p.restaurant_id = p_restaurant_id and p.as_of = p_as_of;
    return concat_ws(' ', a.status, a.code)
    from api.ingest_event(
        jsonb_build_object(
            'event_id', format('fail_%s_%s_%s', p_restaurant_id, p_as_of, p_no), 'event_type',
            'payout_failed', 'occurred_at', '2025-12-31T10:00:00Z', 'restaurant_id',
            p_restaurant_id, 'currency', 'PEN', 'amount', v_payout.amount, 'payout_id',
            v_payout.payout_id, 'provider', 'bank'
        ) || p_change
    ) as a;
end
$$;
create function pg_temp.told(p_restaurant_id text) returns text
language sql
as $$
select format('%s: %s, %s', p.status, p.failure_code, p.failure_reason)
from ledger.payouts as p
where p.restaurant_id = p_restaurant_id
order by p.as_of desc
limit 1
$$;
create function pg_temp.paused(p_restaurant_id text) returns text
language sql
as $$
select case when t.is_paused then t.paused_by || ': ' || t.paused_reason else 'not paused' end
from get_payout_terms(p_restaurant_id, 'PEN') as t
$$;

-- Code and message, wherever they stand
select is(
    pg_temp.fail(
        'res_top',
        '{"failure_code": "bank_unavailable", "failure_message": "no answer",
        "metadata": {"failure_code": "other", "failure_reason": "other"}}'
    ),
    'processed', 'a failure for a reason that passes'
);
select is(
    pg_temp.told('res_top'), 'FAILED: bank_unavailable, other',
    'the code at the top wins; failure_reason wins over failure_message'
);
select is(pg_temp.paused('res_top'), 'not paused', 'a transient code pauses nothing');
select is(
    pg_temp.fail(
        'res_meta', '{"metadata": {"failure_code": "no_such_code", "failure_message": "why not"}}'
    ),
    'processed', 'a failure for a reason that nobody knows'
);
select is(
    pg_temp.told('res_meta'), 'FAILED: no_such_code, why not', 'both may stand in metadata'
);
select is(pg_temp.paused('res_meta'), 'not paused', 'an unknown code pauses nothing');
select is(
    pg_temp.fail('res_odd', '{"failure_code": {"a": 1}, "failure_reason": 7, "metadata": {}}'),
    'processed', 'what is no text ...'
);
select is(pg_temp.told('res_odd'), 'FAILED: , ', '... is not there');

-- Permanent
select is(
    pg_temp.fail('res_gone', '{"failure_code": "account_closed", "failure_reason": "closed"}'),
    'processed', 'a failure for a reason that stays'
);
select is(
    pg_temp.paused('res_gone'),
    format(
        'bank: payout %s failed: account_closed (The account is closed)',
        (select p.payout_id from ledger.payouts as p where p.restaurant_id = 'res_gone')
    ),
    'pauses the restaurant''s payouts in that currency, with the reason'
);
select is(
    (select t.is_paused from get_payout_terms('res_gone', 'USD') as t), false,
    'in another currency nothing is paused'
);
select is(
    (
        select r.skipped
        from run_payouts('PEN', '2025-12-31', p_restaurant_ids => array['res_gone']) as r
    ),
    '{"payouts_paused": 1}'::jsonb, 'runs pass it over'
);
select results_eq(
    $$
    select h.changed_by, h.new_value
    from reporting.payout_term_changes as h
    where h.restaurant_id = 'res_gone' and h.term = 'is_paused'
    $$,
    $$values ('bank', 'true')$$, 'the change is kept'
);
select is(
    (select t.is_paused from resume_payouts('res_gone', 'PEN', 'ana') as t), false,
    'until a person resumes them'
);
select is(
    pg_temp.fail('res_gone', '{"failure_code": "account_closed"}', p_no => 2),
    'processed NO_EFFECT', 'the same failure told once more ...'
);
select is(
    pg_temp.fail(
        'res_gone', '{"failure_code": "account_closed", "occurred_at": "2025-12-31T11:00:00Z"}',
        p_no => 3
    ),
    'processed NO_EFFECT', '... also of a later moment ...'
);
select is(pg_temp.paused('res_gone'), 'not paused', '... is no new one');
select is(
    pg_temp.told('res_gone'), 'FAILED: account_closed, closed', 'nor takes what was said away'
);
select is(
    (
        select r.payouts_created
        from run_payouts('PEN', '2025-12-31', p_restaurant_ids => array['res_gone']) as r
    ),
    1, 'the next run pays what has waited'
);

select is(
    pg_temp.fail('res_paid', '{"event_type": "payout_paid", "failure_code": "account_closed"}')
    || ', ' || pg_temp.told('res_paid'),
    'processed, PAID: , ', 'a report that is none of a failure tells no code ...'
);
select is(pg_temp.paused('res_paid'), 'not paused', '... and pauses nothing');

-- Codes are compared without regard to case; the code may come after the failure
select is(pg_temp.fail('res_late', '{}'), 'processed', 'a failure without a reason');
select is(pg_temp.paused('res_late'), 'not paused', 'pauses nothing');
select is(
    pg_temp.fail(
        'res_late', '{"failure_code": "ac04", "occurred_at": "2025-12-31T09:00:00Z"}', p_no => 2
    ),
    'processed NO_EFFECT', 'the reason comes later, from an earlier moment'
);
select matches(
    pg_temp.paused('res_late'), '^bank: payout .* failed: ac04 [(]ISO 20022: the account is closed[)]$',
    'and pauses, in whatever case it is written'
);
select is(pg_temp.told('res_late'), 'FAILED: ac04, ', 'the payout has it');

-- Paused for another reason before
select is(
    pg_temp.fail('res_two', '{}', '2025-12-28'), 'processed', 'one that has failed before'
);
select is(
    (select t.paused_by from pause_payouts('res_two', 'PEN', 'ask first', 'ana') as t), 'ana',
    'is paused by a person'
);
select is(
    pg_temp.fail('res_two', '{"failure_code": "R02"}', '2025-12-28', 2), 'processed NO_EFFECT',
    'then the reason is told'
);
select matches(
    pg_temp.paused('res_two'), '^ana: ask first; payout .* failed: R02 ',
    'it stays paused, for both reasons'
);
select is_empty(
    $$
    select lower(c.code)
    from ledger.payout_failure_codes as c
    group by 1
    having count(*) > 1
    $$,
    'no two codes differ in case alone'
);

select * from finish();
rollback;
