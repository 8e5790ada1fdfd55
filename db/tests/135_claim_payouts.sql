-- Hand-over: claimed by one disburser, confirmed once with the bank's own id, found by it.
begin;
select plan(41);

create function pg_temp.charge(p_restaurant_id text, p_currency text, p_day date) returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('evt_%s_%s_%s', p_restaurant_id, p_currency, p_day),
        'event_type', 'charge_succeeded', 'occurred_at', p_day || 'T20:00:00Z',
        'restaurant_id', p_restaurant_id, 'currency', p_currency, 'amount', 1000
    )
) as a
$$;
create function pg_temp.payout_of(p_restaurant_id text) returns text
language sql
as $$
select l.payout_id from api.list_payouts(p_restaurant_id) as l
$$;

select is(pg_temp.charge(c.id, c.currency, c.day::date), 'processed', format('money for %s', c.id))
from (
    values
    ('res_1', 'PEN', '2025-12-28'), ('res_2', 'PEN', '2025-12-29'), ('res_3', 'PEN', '2025-12-29'),
    ('res_4', 'PEN', '2025-12-29'), ('res_5', 'PEN', '2025-12-29'), ('res_usd', 'USD', '2025-12-29')
) as c (id, currency, day);
select is(
    (
        select sum(r.payouts_created)
        from (values ('PEN', '2025-12-28'), ('PEN', '2025-12-29'), ('USD', '2025-12-29'))
        as d (currency, day)
        cross join lateral run_payouts(d.currency, d.day::date) as r
    ),
    6::bigint, 'and payouts of it'
);
select is(
    (select t.is_paused from pause_payouts('res_4', 'PEN', 'ask first') as t), true,
    'one waits in this currency'
);
select is(
    (select s.payouts_paused from set_restaurant('res_5', p_payouts_paused => true) as s), true,
    'another in all'
);

-- The service: what cannot be claimed or confirmed
set local role cuenta_app;
select throws_ok(s.call, s.state, s.message, s.what)
from (
    values
    (
        'select * from claim_payouts(null)', 'LBARG', 'currency is missing',
        'what is claimed has a currency (LBARG)'
    ),
    (
        'select * from claim_payouts(''PEN'', 501)', 'LBLIM', 'limit must be from 1 to 500',
        'at most 500 are claimed at once (LBLIM)'
    ),
    (
        'select * from claim_payouts(''PEN'', 1, '''')', 'LUACT', null,
        'a disburser has a name (LUACT)'
    ),
    (
        'select * from confirm_payout(''po_1'', ''x'')', 'LNPAY', 'payout ''po_1'' does not exist',
        'what is confirmed is there (LNPAY)'
    ),
    (
        'select * from confirm_payout(null, ''x'')', 'LBARG', 'payout_id is missing',
        'and named (LBARG)'
    ),
    (
        'select * from confirm_payout(''po_1'', null)', 'LBARG', 'external_id is missing',
        'so is the id at the bank (LBARG)'
    ),
    (
        'select * from confirm_payout(''po_1'', ''a b'')', 'LUEXT',
        'external_id must be 1 to 128 visible ASCII characters but quote and backslash',
        'which is an id (LUEXT)'
    )
) as s (call, state, message, what);

-- The service: claims
select results_eq(
    $$
    select c.restaurant_id, c.currency, c.as_of, c.amount, c.submitted_by
    from claim_payouts('pen', 2, 'job-1') as c
    $$,
    $$
    select l.restaurant_id, 'PEN', l.as_of, 1000::bigint, 'job-1'
    from (
        select x.* from list_payouts(p_newest_first => false) as x
        where x.restaurant_id in ('res_1', 'res_2', 'res_3') limit 2
    ) as l
    $$,
    'a claim gives payouts of one currency, the oldest first'
);
select is(
    (
        select min(l.restaurant_id) || ' ' || count(*)
        from list_payouts(p_submitted_by => 'job-1', p_is_confirmed => false) as l
    ),
    'res_1 2', 'whoever has lost the answer finds them'
);
select is(
    (select count(*) from claim_payouts('PEN', 100, 'job-2')), 1::bigint,
    'the next one gives the next: none twice, none that is paused'
);
select is_empty('select * from claim_payouts(''PEN'')', 'then none is left');
reset role;
select lives_ok('select * from resume_payouts(''res_4'', ''PEN'')', 'resumed');
set local role cuenta_app;
select results_eq(
    'select c.restaurant_id from claim_payouts(''PEN'') as c', array['res_4'],
    'what was paused is claimed then'
);
select isnt(
    (select l.submitted_by from list_payouts('res_4') as l), null, 'by default by the login'
);
reset role;
select results_eq(
    $$
    select c.submitted_by, c.payout_id collate "default", c.age < interval '1 minute'
    from reporting.payout_claims as c
    where c.submitted_by = 'job-2'
    $$,
    $$
    select 'job-2', l.payout_id, true
    from list_payouts(p_submitted_by => 'job-2') as l
    $$,
    'a claim that is not confirmed shows its age'
);

-- The service: confirmations
set local role cuenta_app;
select results_eq(
    $$
    select c.status, c.submitted_by, c.external_id, c.confirmed_by, c.confirmed_at is not null
    from confirm_payout(pg_temp.payout_of('res_1'), 'bank-1', 'job-1b') as c
    $$,
    $$values ('CREATED', 'job-1', 'bank-1', 'job-1b', true)$$,
    'a confirmation keeps the bank''s own id'
);
select is(
    (
        select c.confirmed_by
        from confirm_payout(pg_temp.payout_of('res_1'), 'bank-1', 'somebody') as c
    ),
    'job-1b', 'said again, nothing happens'
);
select throws_ok(
    format('select * from confirm_payout(%L, ''bank-2'')', pg_temp.payout_of('res_1')), 'LCEXT',
    format('payout %s has another external_id', pg_temp.payout_of('res_1')),
    'the id is never changed (LCEXT)'
);
select throws_ok(
    format('select * from confirm_payout(%L, ''bank-1'')', pg_temp.payout_of('res_2')), 'LCEXT',
    'external_id ''bank-1'' is another payout''s', 'and never given twice (LCEXT)'
);
select is(
    (select l.restaurant_id from list_payouts(p_external_id => 'bank-1') as l), 'res_1',
    'a payout is found by it'
);
select is_empty('select * from list_payouts(p_external_id => ''bank-9'')', 'or is not there');
select is(
    (
        select g.external_id || ' ' || g.confirmed_by
        from get_payout(pg_temp.payout_of('res_1')) as g
    ),
    'bank-1 job-1b', 'and shows it'
);
select results_eq(
    $$
    select c.submitted_by, c.submitted_at = c.confirmed_at
    from confirm_payout(pg_temp.payout_of('res_usd'), 'bank-usd', 'person') as c
    $$,
    $$values ('person', true)$$, 'what nobody has claimed is claimed by its confirmation'
);
reset role;
select is_empty(
    'select c.payout_id from reporting.payout_claims as c where c.restaurant_id in (''res_1'', ''res_usd'')',
    'a confirmed claim has no age any more'
);

-- A superuser: the hand-over happens once
select throws_ok(
    format('update ledger.payouts set %s where restaurant_id = ''res_1''', s.assignment), 'LCTRN',
    null, format('refuses to set %s (LCTRN)', s.assignment)
)
from (
    values
    ('submitted_at = now() + interval ''1 s'''), ('submitted_by = ''x'''),
    ('external_id = ''x'''), ('external_id = null'), ('confirmed_by = null'),
    ('submitted_at = null, submitted_by = null')
) as s (assignment);
update ledger.payouts set status = 'CANCELED' where restaurant_id = 'res_2';
select throws_ok(
    format('select * from confirm_payout(%L, ''bank-3'')', pg_temp.payout_of('res_2')), 'LCCAN',
    format('payout %s was canceled', pg_temp.payout_of('res_2')),
    'a canceled payout is not confirmed: it must be called back (LCCAN)'
);
update ledger.payouts set canceled_at = now() where restaurant_id = 'res_2';
update ledger.payouts set status = 'FAILED', failed_at = now() where restaurant_id = 'res_2';
select throws_ok(
    format('select * from confirm_payout(%L, ''bank-3'')', pg_temp.payout_of('res_2')), 'LCCAN',
    format('payout %s was canceled', pg_temp.payout_of('res_2')),
    'nor is one that was told as failed since it was canceled (LCCAN)'
);

select * from finish();
rollback;
