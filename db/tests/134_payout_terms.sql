-- Payout terms: the minimum, the maximum, the payable unit, pauses; and paying by hand in spite.
begin;
select plan(62);

create function pg_temp.charge(
    p_restaurant_id text, p_amount bigint, p_currency text default 'PEN',
    p_at timestamptz default '2025-12-30T10:00:00Z'
)
returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('evt_%s_%s_%s', p_restaurant_id, p_currency, p_amount),
        'event_type', 'charge_succeeded', 'occurred_at', p_at, 'restaurant_id', p_restaurant_id,
        'currency', p_currency, 'amount', p_amount
    )
) as a
$$;
-- What a run says of one restaurant: the amount, or why not and what could have been paid. Before,
-- a preview must say the same.
create function pg_temp.pay(
    p_restaurant_id text, p_min_amount bigint default 1, p_currency text default 'PEN',
    p_as_of date default '2025-12-30'
)
returns text
language plpgsql
as $$
declare
    v_said text;
    v_run_id text;
begin
    select concat_ws(' ', coalesce(w.reason, 'paid'), w.amount)
    into v_said
    from preview_payouts(p_currency, p_as_of, p_min_amount, array[p_restaurant_id]) as w;
    select r.run_id
    into v_run_id
    from run_payouts(p_currency, p_as_of, p_min_amount, false, array[p_restaurant_id]) as r;
    return case
        when d.done = v_said then d.done else format('said %s, did %s', v_said, d.done)
    end
    from (
        select coalesce(
            (select 'paid ' || l.amount from list_payouts(p_run_id => v_run_id) as l),
            (select k.reason || ' ' || k.amount from list_payout_skips(v_run_id) as k)
        ) as done
    ) as d;
end
$$;
create function pg_temp.items(p_restaurant_id text, p_currency text) returns text
language sql
as $$
select string_agg(
    format('%s %s', i.item_type, i.amount), ', ' order by i.item_type collate "C"
)
from reporting.payout_items as i
where i.restaurant_id = p_restaurant_id and i.currency = p_currency
$$;

select is(pg_temp.charge(c.id, 12000), 'processed', format('money for %s', c.id))
from (values ('res_min'), ('res_max'), ('res_unit'), ('res_pause'), ('res_hand')) as c (id);
select is(pg_temp.charge('res_huf', c.amount, c.currency), 'processed', 'and in other currencies')
from (values (12345, 'HUF'), (99, 'TWD'), (12345, 'USD')) as c (amount, currency);

-- People: what cannot be set
set local role cuenta_operator;
select throws_ok(
    s.call, s.state, s.message, s.what
)
from (
    values
    (
        'select * from set_payout_terms(''nobody'', ''PEN'')', 'LNRES',
        'restaurant ''nobody'' does not exist', 'nobody has no terms (LNRES)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''ZZZ'')', 'LUCUR',
        'currency ''ZZZ'' is none of ISO 4217', 'nor has no currency (LUCUR)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', -1)', 'LUTRM',
        'min_amount is out of range', 'a minimum is not negative (LUTRM)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', null, 9007199254740992)', 'LUTRM',
        'max_amount is out of range', 'nor is a maximum past 2^53 - 1 (LUTRM)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', null, null, 1000000001)', 'LUTRM',
        'payable_unit is out of range', 'nor a unit past 10^9 (LUTRM)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', 2, 1)', 'LUTRM',
        'min_amount 2 is above max_amount 1', 'a minimum is not above the maximum (LUTRM)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', p_actor => '' '')', 'LUACT', null,
        'an actor has a name (LUACT)'
    ),
    (
        'select * from set_payout_terms(''res_min'', ''PEN'', p_reason => '' '')', 'LURSN',
        'reason must be 1 to 500 characters, not all of them blank', 'a reason says something (LURSN)'
    ),
    (
        'select * from pause_payouts(''res_min'', ''PEN'', null)', 'LBARG', 'reason is missing',
        'nothing is paused without a reason (LBARG)'
    ),
    (
        'select * from pause_payouts(''res_min'', ''PEN'', repeat(''x'', 501))', 'LURSN', null,
        'nor with a novel (LURSN)'
    ),
    (
        'select * from resume_payouts(null, ''PEN'')', 'LBARG', 'restaurant_id is missing',
        'what is resumed is named (LBARG)'
    )
) as s (call, state, message, what);

-- People: none at first
select results_eq(
    'select t.* from get_payout_terms(''res_huf'', ''huf'') as t',
    $$
    values (
        'res_huf', 'HUF', null::bigint, null::bigint, 100::bigint, false, null::timestamptz,
        null::text, null::text
    )
    $$,
    'at first there are no terms but the currency''s payable unit'
);
reset role;

-- The payable unit
select is(pg_temp.pay('res_huf', 1, 'HUF'), 'paid 12300', 'a HUF payout is a multiple of 100');
select is(
    pg_temp.items('res_huf', 'HUF'), 'carried_out -45, gross_sales 12345',
    'the rest is carried out'
);
select is(
    pg_temp.pay('res_huf', 1, 'TWD'), 'below_payable_unit 0',
    'less than one unit is not paid (below_payable_unit)'
);
select is(pg_temp.pay('res_huf', 1, 'USD'), 'paid 12345', 'other currencies have a unit of 1');
select is(
    pg_temp.charge('res_huf', 60, 'HUF', '2025-12-31T10:00:00Z'), 'processed', 'more HUF'
);
select is(
    pg_temp.pay('res_huf', 1, 'HUF', '2025-12-31'), 'paid 100',
    'what was carried out is in the next payout'
);
set local role cuenta_operator;
select is(
    (select t.payable_unit from set_payout_terms('res_unit', 'PEN', p_payable_unit => 7000) as t),
    7000::bigint, 'a restaurant may have a unit of its own'
);
reset role;
select is(pg_temp.pay('res_unit', 7001), 'below_minimum 7000', 'the unit comes before the minimum');
select is(pg_temp.pay('res_unit', 7000), 'paid 7000', 'and is paid');
set local role cuenta_operator;
select is(
    (select t.payable_unit from set_payout_terms('res_unit', 'PEN', p_payable_unit => 0) as t),
    1::bigint, '0 takes it away: the currency''s counts again'
);

-- The minimum
select results_eq(
    $$
    select t.min_amount, t.max_amount, t.payable_unit
    from set_payout_terms('res_min', 'pen', 12001, p_reason => 'agreed', p_actor => 'ana') as t
    $$,
    'values (12001::bigint, null::bigint, 1::bigint)', 'a restaurant may have a minimum'
);
reset role;
select is(
    pg_temp.pay('res_min'), 'below_minimum 12000', 'the greater minimum counts: the terms'' ...'
);
set local role cuenta_operator;
select is(
    (select t.min_amount from set_payout_terms('res_min', 'PEN', 500) as t), 500::bigint, 'lower'
);
reset role;
select is(pg_temp.pay('res_min', 12001), 'below_minimum 12000', '... or the run''s (below_minimum)');
select is(pg_temp.pay('res_min', 12000), 'paid 12000', 'equal is paid');

-- The maximum
set local role cuenta_operator;
select is(
    (select t.max_amount from set_payout_terms('res_max', 'PEN', 1, 11999) as t), 11999::bigint,
    'a restaurant may have a maximum'
);
reset role;
select is(
    pg_temp.pay('res_max'), 'above_maximum 12000',
    'what is above is skipped for a person to look at (above_maximum)'
);
select results_eq(
    $$
    select e.why_not
    from reporting.payout_eligibility as e
    where e.restaurant_id in ('res_max', 'res_huf') and e.currency in ('PEN', 'TWD')
    order by e.restaurant_id
    $$,
    $$values ('below_payable_unit'), ('above_maximum')$$, 'payout_eligibility says the same'
);
set local role cuenta_operator;
select is(
    (select t.max_amount from set_payout_terms('res_max', 'PEN', p_max_amount => 12000) as t),
    12000::bigint, 'raised'
);
reset role;
select is(pg_temp.pay('res_max'), 'paid 12000', 'equal is paid');

-- A pause; the service may begin one
set local role cuenta_app;
select results_eq(
    $$
    select t.is_paused, t.paused_by, t.paused_reason, t.paused_at is not null
    from pause_payouts('res_pause', 'PEN', 'is it fraud?', 'bot') as t
    $$,
    $$values (true, 'bot', 'is it fraud?', true)$$, 'the service may pause, with a reason'
);
select throws_ok(
    format('select * from %s', c.call), '42501', format('permission denied for function %s', c.name),
    format('but not %s (42501)', c.what)
)
from (
    values
    ('resume_payouts(''res_pause'', ''PEN'')', 'resume_payouts', 'end a pause'),
    ('set_payout_terms(''res_pause'', ''PEN'', 0)', 'set_payout_terms', 'change terms'),
    (
        'pay_by_hand(''PEN'', ''2025-12-30'', array[''res_pause''], ''x'')', 'pay_by_hand',
        'pay in spite of them'
    )
) as c (call, name, what);
reset role;
select is(pg_temp.pay('res_pause'), 'payouts_paused 12000', 'runs pass it over (payouts_paused)');
select is(pg_temp.charge('res_pause', 700, 'USD'), 'processed', 'in another currency');
select is(pg_temp.pay('res_pause', 1, 'USD'), 'paid 700', 'it is paid');
set local role cuenta_operator;
select is(
    (select t.is_paused from resume_payouts('res_pause', 'PEN', 'ana', 'it was not') as t), false,
    'a person ends the pause'
);
select is(
    (select t.is_paused from resume_payouts('res_pause', 'PEN', 'ana') as t), false,
    'ending it again is no error'
);
reset role;
select is(pg_temp.pay('res_pause'), 'paid 12000', 'and it is paid');

-- What was changed is kept
select results_eq(
    $$
    select
        h.restaurant_id collate "default", h.changed_by, h.reason, h.term, h.old_value, h.new_value
    from reporting.payout_term_changes as h
    where (h.restaurant_id = 'res_pause' or h.reason = 'agreed')
        and h.term <> 'paused_at'
    order by h.change_no, h.term
    $$,
    $$
    values
    ('res_min', 'ana', 'agreed', 'min_amount', null, '12001'),
    ('res_pause', 'bot', 'is it fraud?', 'is_paused', 'false', 'true'),
    ('res_pause', 'bot', 'is it fraud?', 'paused_by', null, 'bot'),
    ('res_pause', 'bot', 'is it fraud?', 'paused_reason', null, 'is it fraud?'),
    ('res_pause', 'ana', 'it was not', 'is_paused', 'true', 'false'),
    ('res_pause', 'ana', 'it was not', 'paused_by', 'bot', null),
    ('res_pause', 'ana', 'it was not', 'paused_reason', 'is it fraud?', null)
    $$,
    'every change is kept: who, why, from what to what; nothing where nothing changed'
);

set local role cuenta_reader;
select results_eq(
    $$
    select c.changed_by, c.reason, c.old_terms -> 'is_paused', c.new_terms -> 'is_paused'
    from list_payout_term_changes('res_pause', 'pen', 1) as c
    $$,
    $$values ('ana', 'it was not', 'true'::jsonb, 'false'::jsonb)$$, 'they are listed, the newest first'
);
select results_eq(
    $$
    select c.changed_by
    from list_payout_term_changes('res_pause', p_limit => 1) as l
    cross join lateral list_payout_term_changes('res_pause', null, 500, l.cursor) as c
    $$,
    array['bot'], 'page by page'
);
select throws_ok(
    'select * from list_payout_term_changes(''res_pause'', ''ZZZ'')', 'LUCUR', null,
    'in a currency that there is (LUCUR)'
);
select throws_ok(
    'select * from list_payout_term_changes(null)', 'LBARG', 'restaurant_id is missing',
    'of a restaurant that is named (LBARG)'
);
reset role;

-- By hand
set local role cuenta_operator;
select is(
    (select t.min_amount from set_payout_terms('res_hand', 'PEN', 50000, 60000) as t),
    50000::bigint, 'one that waits for more'
);
reset role;
select is(pg_temp.pay('res_hand'), 'below_minimum 12000', 'is passed over');
set local role cuenta_operator;
select throws_ok(
    'select * from pay_by_hand(''PEN'', ''2025-12-30'', null, ''asked for it'')', 'LBIDS',
    'restaurant_ids must be at most 500 ids', 'who is paid by hand is named (LBIDS)'
);
select results_eq(
    $$
    select r.is_dry_run, r.run_id is null, r.payouts_created, r.payouts_amount, r.skipped
    from pay_by_hand(
        'PEN', '2025-12-30', array['res_hand', 'res_min'], 'asked for it', p_dry_run => true
    ) as r
    $$,
    $$values (true, true, 1, 12000::numeric, '{"already_paid": 1}'::jsonb)$$,
    'a dry run by hand says what would be paid, and keeps nothing'
);
select is(
    (
        select r.message
        from pay_by_hand('PEN', '2025-12-30', array['res_hand'], 'asked for it', 'ana') as r
    ),
    'payouts created: 1', 'an operator pays it in spite of its terms'
);
select results_eq(
    $$
    select g.overrides_terms, g.started_by, g.reason, g.is_finished, g.payouts_created
    from list_payouts('res_hand') as p
    cross join lateral get_payout_run(p.run_id) as g
    $$,
    $$values (true, 'ana', 'asked for it', true, 1)$$, 'and the run says who and why'
);
reset role;
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
