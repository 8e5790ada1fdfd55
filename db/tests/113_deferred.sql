-- What refers to something that is not here yet waits for it, and is posted together with it.
begin;
select plan(67);

-- An event of one restaurant and minute, answered by status, code and number of entries.
create function pg_temp.event(
    p_event_id text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns jsonb
language sql immutable
return
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', p_event_type, 'amount', p_amount,
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'res_001', 'currency', 'PEN'
    ) || p_change;
create function pg_temp.tell(
    p_event_id text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.ingest_event(pg_temp.event(p_event_id, p_event_type, p_amount, p_change)) as a
$$;
create function pg_temp.money(p_restaurant_id text default 'res_001') returns text
language sql
as $$
select format('%s %s %s', b.available, b.reserved, b.held)
from api.get_balance(p_restaurant_id, 'PEN') as b
$$;
-- What waits, and how many each account thinks there are.
create function pg_temp.waiting() returns text
language sql
as $$
select concat_ws(
    ', ',
    (select string_agg(d.event_id, ' ' order by d.event_id) from ledger.deferred_events as d),
    (select sum(b.deferred_count) from ledger.account_balances as b)
)
$$;

set local role cuenta_app;

-- The service: a refund before its charge
select results_eq(
    $$
    select a.status, a.code, a.entries, a.message, a.details
    from ingest_event(
        pg_temp.event('r_1', 'refund_succeeded', 4000, '{"payment_id": "pay_1", "refund_id": "re_1"}')
    ) as a
    $$,
    $$
    values (
        'deferred', 'WAITS_FOR_PAYMENT', 0, 'kept until the charge of its payment is here',
        '{"event_type": "charge_succeeded", "subject_id": "pay_1"}'::jsonb
    )
    $$,
    'a refund whose payment is not here is kept, with what it waits for (WAITS_FOR_PAYMENT)'
);
select is(pg_temp.money(), '0 0 0', 'in no balance');
select is(
    pg_temp.tell('r_1', 'refund_succeeded', 4000, '{"payment_id": "pay_1", "refund_id": "re_1"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'told again it still waits (WAITS_FOR_PAYMENT)'
);
select is(
    pg_temp.tell('r_1', 'refund_succeeded', 4001, '{"payment_id": "pay_1", "refund_id": "re_1"}'),
    'conflict EVENT_ID_REUSED 0', 'its id with other content is a conflict (EVENT_ID_REUSED)'
);
select is(
    pg_temp.tell('f_1', 'refund_failed', 4000, '{"refund_id": "re_1"}'),
    'deferred WAITS_FOR_REFUND 0', 'what waits for what waits, waits (WAITS_FOR_REFUND)'
);
select is(
    pg_temp.tell('w_1', 'dispute_won', 3000, '{"dispute_id": "dp_1"}'),
    'deferred WAITS_FOR_DISPUTE 0', 'the end of a dispute before its opening (WAITS_FOR_DISPUTE)'
);
select is(
    pg_temp.tell('d_1', 'dispute_opened', 3000, '{"dispute_id": "dp_1", "payment_id": "pay_1"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'the opening before its payment (WAITS_FOR_PAYMENT)'
);
select is(
    pg_temp.tell('e_1', 'fee_refunded', 100, '{"payment_id": "pay_1"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'a fee of a payment (WAITS_FOR_PAYMENT)'
);
select is(
    pg_temp.tell(
        'r_z', 'refund_succeeded', 1, '{"payment_id": "pay_1", "currency": "ZZZ"}'
    ),
    'rejected CURRENCY_UNKNOWN 0', 'what could never be posted does not wait (CURRENCY_UNKNOWN)'
);
select is(
    pg_temp.tell('r_f', 'refund_succeeded', 1, '{"payment_id": "pay_1", "fee": 1}'),
    'rejected FEE_NOT_ALLOWED 0', 'nor what must not be (FEE_NOT_ALLOWED)'
);
reset role;
select is(pg_temp.waiting(), 'd_1 e_1 f_1 r_1 w_1, 5', 'five wait');
set local role cuenta_app;
select is(
    pg_temp.tell('c_1', 'charge_succeeded', 1, c.change || '{"payment_id": "pay_1"}'),
    'processed 1', format('the payment of another %s is not waited for', c.what)
)
from (
    values ('{"provider": "other"}'::jsonb, 'provider'), ('{"restaurant_id": "res_002"}', 'restaurant')
) as c (change, what);
select is(
    pg_temp.tell('r_2', 'refund_succeeded', 5, '{"payment_id": "pay_1", "restaurant_id": "res_003"}'),
    'deferred WAITS_FOR_PAYMENT 0',
    'a payment that is known for another restaurant only is unknown here (WAITS_FOR_PAYMENT)'
);
select is(
    pg_temp.tell('r_3', 'refund_succeeded', 1, '{"payment_id": "pay_1", "provider": "third"}'),
    'deferred WAITS_FOR_PAYMENT 0',
    'and one that another processor knows (WAITS_FOR_PAYMENT)'
);
reset role;
select is(pg_temp.waiting(), 'd_1 e_1 f_1 r_1 r_2 r_3 w_1, 7', 'all wait');
set local role cuenta_app;
select is(
    pg_temp.tell('c_1x', 'charge_succeeded', 10000, '{"payment_id": "pay_1", "fee": 300}'),
    'processed 2', 'the charge is answered with its own entries'
);
select is(pg_temp.money(), '9801 0 0', 'and brings all that waited for it, and what waited for that');
reset role;
select is(pg_temp.waiting(), 'r_2 r_3, 2', 'which waits no more');
select results_eq(
    $$
    select v.event_id collate "default", l.entry_type collate "default", l.amount
    from ledger.ledger_entries as l
    inner join ledger.processor_events as v
        on l.restaurant_id = v.restaurant_id and l.event_no = v.event_no
    where l.restaurant_id = 'res_001' and v.provider = 'default'
    order by l.entry_seq
    $$,
    $$
    values
    ('c_1x', 'CHARGE', 10000::bigint), ('c_1x', 'FEE', 300),
    ('r_1', 'REFUND', 4000), ('f_1', 'REFUND_FAILURE', 4000), ('d_1', 'DISPUTE', 3000),
    ('w_1', 'DISPUTE_WON', 3000), ('e_1', 'FEE_REFUND', 100)
    $$,
    'what is of one moment in the order of arrival, each after what it waits for'
);
set local role cuenta_app;
select is(
    pg_temp.tell('r_1', 'refund_succeeded', 4000, '{"payment_id": "pay_1", "refund_id": "re_1"}'),
    'already_processed 1', 'told again it is known'
);

-- The service: in order of what happened
select is(
    pg_temp.tell(
        r.event_id, 'refund_succeeded', r.amount,
        '{"payment_id": "pay_2"}' || jsonb_build_object('occurred_at', r.at)
    ),
    'deferred WAITS_FOR_PAYMENT 0', format('a refund of %s waits (WAITS_FOR_PAYMENT)', r.at)
)
from (
    values
    ('o_3', 600, '2025-12-31T12:00:00Z'), ('o_2', 500, '2025-12-31T11:00:00Z'),
    ('o_1', 500, '2025-12-31T10:00:00Z')
) as r (event_id, amount, at);
select is(
    pg_temp.tell('o_c', 'charge_succeeded', 1000, '{"payment_id": "pay_2"}'), 'processed 1',
    'their charge'
);
select is(
    pg_temp.tell(
        r.event_id, 'refund_succeeded', r.amount,
        '{"payment_id": "pay_2"}' || jsonb_build_object('occurred_at', r.at)
    ),
    r.answer, format('what happened at %s is %s', r.at, r.answer)
)
from (
    values
    ('o_1', 500, '2025-12-31T10:00:00Z', 'already_processed 1'),
    ('o_2', 500, '2025-12-31T11:00:00Z', 'already_processed 1'),
    ('o_3', 600, '2025-12-31T12:00:00Z', 'rejected AMOUNT_EXCEEDS_PAYMENT 0')
) as r (event_id, amount, at, answer);
reset role;
select is(
    (
        select count(*)
        from ledger.event_rejections as j
        where j.event_id = 'o_3' and j.code = 'AMOUNT_EXCEEDS_PAYMENT'
    ),
    2::bigint, 'what was refused when its charge came is kept with its reason'
);

-- The service: two tellings of one refund wait; one is posted
set local role cuenta_app;
select is(
    pg_temp.tell(e.event_id, 'refund_succeeded', 10, '{"payment_id": "pay_3", "refund_id": "re_3"}'),
    'deferred WAITS_FOR_PAYMENT 0', format('%s waits (WAITS_FOR_PAYMENT)', e.event_id)
)
from (values ('t_1'), ('t_2')) as e (event_id);
select is(
    pg_temp.tell('t_c', 'charge_succeeded', 1000, '{"payment_id": "pay_3"}'), 'processed 1',
    'their charge'
);
select is(pg_temp.money(), '10791 0 0', 'one refund is posted');
select is(
    pg_temp.tell('t_2', 'refund_succeeded', 10, '{"payment_id": "pay_3", "refund_id": "re_3"}'),
    'already_processed 1', 'the other is known'
);

-- The service: arrays, in both orders, of restaurants known and not
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.entries), ', ' order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.event('a_1', 'refund_succeeded', 40, o.change || '{"payment_id": "pay_9"}'),
                pg_temp.event('a_2', 'charge_succeeded', 100, o.change || '{"payment_id": "pay_9"}')
            )
        ) as a
    ),
    'deferred 0, processed 1',
    'a refund before its charge in one array waits until the charge; ' || o.what
)
from (
    values
    ('{"restaurant_id": "res_001", "provider": "a"}'::jsonb, 'known'),
    ('{"restaurant_id": "res_new", "provider": "b"}', 'new')
) as o (change, what);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.entries), ', ' order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.event('a_3', 'charge_succeeded', 100, '{"payment_id": "pay_10", "restaurant_id": "res_new2"}'),
                pg_temp.event('a_4', 'refund_succeeded', 40, '{"payment_id": "pay_10", "restaurant_id": "res_new2"}')
            )
        ) as a
    ),
    'processed 1, processed 1', 'after it in one array it is posted'
);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.entries), ', ' order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.event('a_5', 'refund_failed', 40, '{"refund_id": "re_11", "restaurant_id": "res_new3"}'),
                pg_temp.event(
                    'a_6', 'refund_succeeded', 40,
                    '{"payment_id": "pay_11", "refund_id": "re_11", "restaurant_id": "res_new3"}'
                )
            )
        ) as a
    ),
    'deferred 0, deferred 0', 'in an array, what follows waits as it does alone'
);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.entries), ', ' order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.event('a_7', 'charge_succeeded', 100, '{"payment_id": "pay_11", "restaurant_id": "res_new3"}'),
                pg_temp.event('a_8', 'charge_succeeded', 7, '{"payment_id": "pay_12", "restaurant_id": "res_new3"}')
            )
        ) as a
    ),
    'processed 1, processed 1', 'charges in an array'
);
select is(
    pg_temp.money(m.restaurant_id), m.want, format('leave %s with %s', m.restaurant_id, m.want)
)
from (
    values ('res_new', '60 0 0'), ('res_new2', '60 0 0'), ('res_new3', '107 0 0')
) as m (restaurant_id, want);

-- The service: what waits is looked at again, whatever has become of the settings
reset role;
update ledger.platform_settings set takes_test_events = true;
set local role cuenta_app;
select is(
    pg_temp.tell(
        'x_1', 'refund_succeeded', 3,
        '{"payment_id": "pay_x", "livemode": false, "restaurant_id": "res_x"}'
    ),
    'deferred WAITS_FOR_PAYMENT 0', 'a test event waits'
);
reset role;
update ledger.platform_settings set takes_test_events = false;
set local role cuenta_app;
select is(
    pg_temp.tell(
        'x_2', 'charge_succeeded', 10, '{"payment_id": "pay_x", "restaurant_id": "res_x"}'
    ),
    'processed 1', 'what it waits for is taken, whatever becomes of it'
);
select is(pg_temp.money('res_x'), '10 0 0', 'a test event posts nothing where none are taken');
reset role;
select results_eq(
    $$
    select j.provider collate "default", j.status collate "default", j.code collate "default"
    from ledger.event_rejections as j where j.event_id = 'x_1'
    $$,
    $$values ('default', 'rejected', 'TEST_EVENT')$$,
    'and is kept with its reason (TEST_EVENT)'
);
select is(pg_temp.waiting(), 'r_2 r_3, 2', 'at the end only that waits whose payment never came');

-- In another currency what it waits for never helps it: told again, it is refused.
set local role cuenta_app;
select is(
    pg_temp.tell(
        'y_1', 'refund_succeeded', 5, '{"payment_id": "y", "restaurant_id": "y", "currency": "USD"}'
    ),
    'deferred WAITS_FOR_PAYMENT 0', 'a refund in another currency waits as long as nobody knows'
);
select is(
    pg_temp.tell('y_2', 'charge_succeeded', 10, '{"payment_id": "y", "restaurant_id": "y"}'),
    'processed 1', 'its payment comes'
);
select is(
    pg_temp.tell(
        'y_1', 'refund_succeeded', 5, '{"payment_id": "y", "restaurant_id": "y", "currency": "USD"}'
    ),
    'rejected PAYMENT_MISMATCH 0', 'and told again it is refused'
);
reset role;
select is(pg_temp.waiting(), 'r_2 r_3, 2', 'and waits no longer');

-- An id that waits is taken: other content is a conflict, also if it would have to wait for nothing.
set local role cuenta_app;
select is(
    pg_temp.tell('z_1', 'refund_succeeded', 5, '{"payment_id": "z", "restaurant_id": "z"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'a refund waits under its id'
);
select is(
    pg_temp.tell('z_1', 'charge_succeeded', 7, '{"payment_id": "z_z", "restaurant_id": "z"}'),
    'conflict EVENT_ID_REUSED 0', 'the id with other content that need not wait is a conflict'
);
select is(
    pg_temp.tell('z_1', 'payout_paid', 7, '{"payout_id": "none", "restaurant_id": "z"}'),
    'conflict EVENT_ID_REUSED 0', 'and so it is with content that would be refused'
);

-- The same refund told twice, under two ids, before its payment.
select is(
    pg_temp.tell('z_2', 'refund_succeeded', 3, '{"refund_id": "z_r", "payment_id": "z", "restaurant_id": "z"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'a refund with a name waits'
);
select is(
    pg_temp.tell('z_3', 'refund_succeeded', 3, '{"refund_id": "z_r", "payment_id": "z", "restaurant_id": "z"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'so does the same refund under another id'
);
select is(
    pg_temp.tell('z_5', 'refund_succeeded', 4, '{"refund_id": "z_r", "payment_id": "z", "restaurant_id": "z"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'so does the same refund of another amount'
);
select is(
    pg_temp.tell('z_4', 'charge_succeeded', 10, '{"payment_id": "z", "restaurant_id": "z"}'),
    'processed 1', 'their payment comes'
);
reset role;
select is(pg_temp.money('z'), '2 0 0', 'each refund is posted once');
select results_eq(
    $$
    select j.code collate "default", j.details ->> 'event_id'
    from ledger.event_rejections as j where j.event_id = 'z_3'
    $$,
    $$values ('TOLD_BEFORE', 'z_2')$$,
    'what was told under another id is kept, and says under which (TOLD_BEFORE)'
);
select results_eq(
    $$
    select j.code collate "default", j.status collate "default", j.details -> 'fields' ->> 0
    from ledger.event_rejections as j where j.event_id = 'z_5'
    $$,
    $$values ('SUBJECT_REUSED', 'conflict', 'amount')$$,
    'what contradicts it is kept as a conflict (SUBJECT_REUSED)'
);

-- The id of what waits, used again at an account where nothing waits: hostile callers found it.
set local role cuenta_app;
select is(
    pg_temp.tell('again_1', 'refund_succeeded', 3, '{"payment_id": "again", "restaurant_id": "again.1"}'),
    'deferred WAITS_FOR_PAYMENT 0', 'a refund waits'
);
select is(
    pg_temp.tell('again_1', 'charge_succeeded', 10, '{"restaurant_id": "again.2"}'),
    'conflict EVENT_ID_REUSED 0', 'its id with other content, of another restaurant, is a conflict'
);
select is(
    pg_temp.tell('again_3', 'charge_succeeded', 10, '{"restaurant_id": "again.3"}'),
    'processed 1', 'where nothing waits'
);
select results_eq(
    $$
    select a.status || ' ' || a.code
    from api.ingest_events(jsonb_build_array(
        pg_temp.event('again_1', 'charge_succeeded', 10, '{"restaurant_id": "again.3"}')
    )) as a
    $$,
    $$values ('conflict EVENT_ID_REUSED')$$,
    'in an array, too'
);
select is(
    pg_temp.tell('again_2', 'charge_succeeded', 10, '{"payment_id": "again", "restaurant_id": "again.1"}'),
    'processed 1', 'its payment comes, and it is posted'
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
