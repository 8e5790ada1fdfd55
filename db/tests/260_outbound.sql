-- What is told outside: every fact once, whatever path made it true; endpoints; what becomes of it.
begin;
select plan(111);

create function pg_temp.event(p_id text, p_type text, p_restaurant text, p_more jsonb default '{}')
returns text
language sql
return (
    select r.status
    from api.ingest_event(
        jsonb_build_object(
            'event_id', p_id, 'event_type', p_type, 'restaurant_id', p_restaurant, 'currency', 'PEN',
            'amount', 1000, 'occurred_at', '2025-12-30T10:00:00Z'
        ) || p_more
    ) as r
);
-- The types told since the last look.
create function pg_temp.news() returns text
language plpgsql
as $$
declare
    v_after bigint := coalesce(nullif(current_setting('told.after', true), ''), '0')::bigint;
    v_types text;
begin
    select string_agg(d.type, ' ' order by d.delivery_no)
    into v_types
    from outbound.deliveries as d
    where d.delivery_no > v_after;
    perform set_config(
        'told.after', coalesce((select max(d.delivery_no) from outbound.deliveries as d), 0)::text, true
    );
    return v_types;
end
$$;
create function pg_temp.last_data() returns jsonb
language sql
return (
    select d.payload -> 'data'
    from outbound.deliveries as d
    order by d.delivery_no desc
    limit 1
);

-- Nobody wants anything
select pg_temp.event('c_0', 'charge_succeeded', 'res_0');
select pg_temp.event('r_0', 'refund_succeeded', 'res_0', '{"amount": 2000}');
select pg_temp.event('bad_0', 'charge_succeeded', 'res_0', '{"amount": 0}');
select is_empty('select * from outbound.deliveries', 'without an endpoint nothing is written');
create temporary table narrow as
select s.endpoint_id
from api.set_webhook_endpoint('https://narrow.example/', array['dispute.won'], null, 'ana') as s;
select pg_temp.event('bad_1', 'charge_succeeded', 'res_0', '{"amount": 0}');
select is_empty('select * from outbound.deliveries', 'nor if none wants what happens');

-- Endpoints
create temporary table made as
select s.*
from api.set_webhook_endpoint(
    'https://all.example/hook?x=1', null, '{"description": "all", "max_in_flight": 3}', 'ana'
) as s;
select matches(m.secret, '^whsec_[A-Za-z0-9+/]{43}=$', 'a new endpoint answers its secret') from made as m;
select is(m.event_types, '{*}'::text[], 'and gets all types, if none are said') from made as m;
select is(
    s.secret is null and s.endpoint_id = m.endpoint_id, true,
    'told again, the same endpoint answers, and no secret'
)
from made as m
cross join api.set_webhook_endpoint('https://all.example/hook?x=1') as s;
select is(s.settings, m.settings, 'and its settings stay')
from made as m
cross join api.set_webhook_endpoint('https://all.example/hook?x=1', array['*']) as s;
select results_eq(
    'select e.url collate "default", e.is_enabled, e.changed_by from api.list_webhook_endpoints() as e',
    $$
    values
    ('https://narrow.example/', true, 'ana'),
    ('https://all.example/hook?x=1', true, session_user::text collate "default")
    $$,
    'endpoints are listed, and who changed them last'
);
select is_empty(
    $$select e from api.list_webhook_endpoints() as e where e::text like '%whsec_%'$$,
    'their secrets are not'
);
select throws_ok(
    format('select api.set_webhook_endpoint(%L, null, %L)', u.url, u.settings), 'LUURL', null,
    format('%s is refused', coalesce(nullif(left(u.url, 40), ''), 'an empty url'))
)
from (
    values
    ('http://plain.example/', '{}'), ('ftp://a.example/', '{}'), ('', '{}'), ('https://', '{}'),
    ('https://user:pw@a.example/', '{}'), ('https://a.example/#x', '{}'),
    ('https://a.example:0/', '{}'), ('https://a.example:65536/', '{}'), ('https://a.example/ x', '{}'),
    ('https://a.example@b.example/', '{}'), ('HTTPS://a.example', '{}'), ('https:a.example', '{}'),
    ('https://a.example/' || repeat('x', 2000), '{}'), (E'https://a.example/\n', '{}'),
    ('https://a.example\@b.example/', '{"allow_http": true}')
) as u (url, settings);
select throws_ok(
    format('select api.set_webhook_endpoint(%L, null, %L)', 'https://s.example/', u.settings),
    'LUEPS', null, format('the settings %s are refused', left(u.settings, 40))
)
from (
    values
    ('[]'), ('"x"'), ('null'), ('{"allow_http": 1}'), ('{"max_in_flight": 0}'), ('{"max_in_flight": 33}'),
    ('{"max_in_flight": 1.5}'), ('{"max_in_flight": 1e999}'), ('{"allowed_hosts": "x"}'),
    ('{"allowed_hosts": [1]}'), ('{"allowed_hosts": ["a b"]}'), ('{"description": 1}'),
    (jsonb_build_object('description', repeat('x', 201))::text)
) as u (settings);
select lives_ok(
    format('select api.set_webhook_endpoint(%L, %L, %L)', u.url, '{}', u.settings), u.url || ' will do'
)
from (
    values
    ('http://receiver_1:8000', '{"allow_http": true, "allowed_hosts": ["receiver_1"]}'),
    ('https://[2001:db8::1]:8443/x', '{}')
) as u (url, settings);

-- Facts, by every path
select pg_temp.news();
select pg_temp.event('c_1', 'charge_succeeded', 'res_1', '{"payment_id": "p_1"}');
select is(pg_temp.news(), null, 'a charge tells nothing');
select pg_temp.event('bad_2', 'charge_succeeded', 'res_1', '{"amount": 0}');
select is(pg_temp.news(), 'event.rejected', 'an event that is refused is told');
select is(
    pg_temp.last_data() - 'received_at' - 'rejection_no',
    '{"event_id": "bad_2", "provider": "default", "restaurant_id": "res_1", "status": "rejected",
    "code": "AMOUNT_INVALID", "message": "amount must be an integer of minor units from 1 to 9007199254740991",
    "details": {"field": "amount"}}'::jsonb,
    'with its code'
);
select pg_temp.event('c_1', 'charge_succeeded', 'res_1', '{"payment_id": "p_1", "amount": 7}');
select is(pg_temp.news(), 'event.rejected', 'so is a conflict');
select is(pg_temp.last_data() ->> 'status', 'conflict', 'as one');
do $do$
begin
    perform api.ingest_events(jsonb_build_array(
        jsonb_build_object('event_id', 'bad_3'),
        jsonb_build_object(
            'event_id', 'd_1', 'event_type', 'dispute_opened', 'restaurant_id', 'res_1', 'currency', 'PEN',
            'amount', 1000, 'fee', 15, 'occurred_at', '2025-12-30T11:00:00Z', 'dispute_id', 'dp_1',
            'payment_id', 'p_1'
        )
    ));
end
$do$;
select is(
    pg_temp.news(), 'event.rejected dispute.opened balance.negative',
    'an array tells what single events do: refusal, dispute, debt'
);
select is(
    pg_temp.last_data() - 'last_event_at',
    '{"restaurant_id": "res_1", "currency": "PEN", "balance": -15, "previous_balance": 1000,
    "reserved": 0, "held": 1000, "entry_seq": 3}'::jsonb,
    'a debt is told with what is owed'
);
select is(
    (select d.payload -> 'data' from outbound.deliveries as d where d.type = 'dispute.opened'),
    '{"dispute_id": "dp_1", "restaurant_id": "res_1", "provider": "default", "currency": "PEN",
    "amount": 1000, "fee": 15, "state": "OPEN", "payment_id": "p_1", "event_id": "d_1",
    "occurred_at": "2025-12-30T11:00:00.000000Z"}'::jsonb,
    'a dispute with what it is about'
);
select pg_temp.event('f_1', 'fee_charged', 'res_1', '{"amount": 5}');
select is(pg_temp.news(), null, 'deeper in debt is nothing new');
select pg_temp.event('f_0', 'fee_charged', 'res_zero', '{"amount": 5}');
select is(pg_temp.news(), 'balance.negative', 'a debt of who had nothing is told');
select pg_temp.event('w_2', 'dispute_won', 'res_1', '{"dispute_id": "dp_2", "occurred_at": "2025-12-30T13:00:00Z"}');
select is(pg_temp.news(), null, 'what waits is not told');
select pg_temp.event('c_2', 'charge_succeeded', 'res_1');
select pg_temp.event('d_2', 'dispute_opened', 'res_1', '{"dispute_id": "dp_2", "occurred_at": "2025-12-30T12:00:00Z"}');
select is(
    pg_temp.news(), 'dispute.opened balance.negative dispute.won dispute.won',
    'until it is posted by the event it waited for; each endpoint that wants it gets it'
);
select is(
    (
        select count(distinct d.message_id)::integer
        from outbound.deliveries as d
        where d.type = 'dispute.won'
    ),
    1, 'under one webhook-id'
);
select pg_temp.event('w_3', 'dispute_won', 'res_1', '{"dispute_id": "dp_2", "occurred_at": "2025-12-30T14:00:00Z"}');
select pg_temp.event('l_3', 'dispute_lost', 'res_1', '{"dispute_id": "dp_2", "occurred_at": "2025-12-30T10:00:00Z"}');
select is(pg_temp.news(), null, 'a report that changes nothing is not told again');
select pg_temp.event('l_1', 'dispute_lost', 'res_1', '{"dispute_id": "dp_1", "occurred_at": "2025-12-30T14:00:00Z"}');
select is(pg_temp.news(), 'dispute.lost', 'a dispute that is lost is told');
select pg_temp.event('rf_1', 'refund_succeeded', 'res_2', '{"refund_id": "re_1", "payment_id": "p_2"}');
select pg_temp.event('c_3', 'charge_succeeded', 'res_2', '{"payment_id": "p_2", "amount": 5000}');
select pg_temp.event('ff_1', 'refund_failed', 'res_2', '{"refund_id": "re_1"}');
do $do$
begin
    perform api.hold_funds('res_2', 'PEN', 10, 'why', 'h_1');
    perform api.release_hold('h_1', 10, 'why', 'h_2');
end
$do$;
select is(pg_temp.news(), null, 'refunds, holds and their ends tell nothing');
do $do$
begin
    perform api.post_adjustment('res_2', 'PEN', -9000, 'why', 'a_1');
end
$do$;
select is(pg_temp.news(), 'balance.negative', 'what a person does is told, too');
do $do$
begin
    perform api.post_adjustment('res_2', 'PEN', 9000, 'why', 'a_2');
    perform api.replay_event('bad_2');
end
$do$;
select is(pg_temp.news(), 'event.rejected', 'so is a replay that is refused again');
create temporary table run as
select r.run_id from api.run_payouts('PEN', '2025-12-30', 100, p_restaurant_ids => '{res_0,res_2}') as r;
select is(
    (
        select array_agg(n.type || ' ' || n.times order by n.type collate "C")
        from (
            select d.type, count(*) as times
            from outbound.deliveries as d
            where d.type like 'payout%'
            group by d.type
        ) as n
    ),
    array['payout.created 1', 'payout.skipped 1', 'payout_run.completed 1'],
    'a run tells each payout, each skip, and its end'
);
select is(
    pg_temp.last_data() - 'started_at' - 'finished_at' - 'run_id',
    '{"currency": "PEN", "as_of": "2025-12-30", "min_amount": 100, "payouts_created": 1,
    "payouts_amount": 5000, "restaurants_skipped": 1, "skipped": {"nothing_to_pay": 1}}'::jsonb,
    'the end with its totals'
);
select is(
    (select (d.payload -> 'data') - 'created_at' from outbound.deliveries as d where d.type = 'payout.created'),
    (
        select jsonb_build_object(
            'payout_id', p.payout_id, 'restaurant_id', 'res_2', 'currency', 'PEN', 'as_of', '2025-12-30',
            'amount', 5000, 'status', 'CREATED', 'run_id', p.run_id
        )
        from ledger.payouts as p
    ),
    'a payout with its amount'
);
select pg_temp.news();
select pg_temp.event(e.id, e.type, 'res_2', jsonb_build_object(
    'amount', 5000, 'payout_id', p.payout_id, 'occurred_at', '2025-12-31T1' || e.hour || ':00:00Z'
) || e.more)
from ledger.payouts as p
cross join (
    values
    ('pp_1', 'payout_paid', 0, '{}'::jsonb), ('pp_2', 'payout_paid', 1, '{}'),
    ('pf_1', 'payout_failed', 2, '{"failure_code": "no_account"}'), ('pp_3', 'payout_paid', 0, '{}'),
    ('pc_1', 'payout_canceled', 3, '{}')
) as e (id, type, hour, more);
select is(
    pg_temp.news(), 'payout.paid payout.returned payout.canceled',
    'paid, returned, canceled: each change of state once, whatever is told again or late'
);
select is(
    (
        select (d.payload -> 'data') - 'created_at' - 'run_id' - 'payout_id'
        from outbound.deliveries as d
        where d.type = 'payout.returned'
    ),
    '{"restaurant_id": "res_2", "currency": "PEN", "as_of": "2025-12-30", "amount": 5000,
    "status": "FAILED", "previous_status": "PAID", "paid_at": "2025-12-31T11:00:00.000000Z",
    "failed_at": "2025-12-31T12:00:00.000000Z", "canceled_at": null, "failure_code": "no_account",
    "failure_reason": null, "external_id": null}'::jsonb,
    'with when and why'
);
select pg_temp.event('c_4', 'charge_succeeded', 'res_4', '{"amount": 5000}');
select pg_temp.event('c_5', 'charge_succeeded', 'res_5', '{"amount": 5000}');
do $do$
begin
    perform api.pay_by_hand('PEN', '2025-12-30', array['res_4', 'res_5'], 'why');
end
$do$;
select is(
    pg_temp.news(), 'payout.created payout.created payout_run.completed', 'paid by hand: told, too'
);
update ledger.payouts set status = 'FAILED', failed_at = now() where restaurant_id = 'res_4';
select is(pg_temp.news(), 'payout.failed', 'and so is what a superuser writes');
select is(
    (
        select bool_and(
            d.payload ->> 'type' = d.type
            and d.payload ->> 'timestamp' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$'
            and (select count(*) from jsonb_object_keys(d.payload)) = 3
            and d.message_id ~ '^msg_[0-9a-f]{32}$'
        )
        from outbound.deliveries as d
    ),
    true, 'a message is type, timestamp and data'
);

-- What waits for too long
select pg_temp.event('w_9', 'dispute_won', 'res_1', '{"dispute_id": "dp_9"}');
select is((select t.told from api.tell_overdue_events() as t), 0, 'what waits since now is not overdue');
update ledger.platform_settings set deferred_warning_hours = 0;
select is((select t.told from api.tell_overdue_events() as t), 1, 'what waits for longer than allowed is told');
select is(
    pg_temp.last_data() -> 'waits_for', '{"event_type": "dispute_opened", "subject_id": "dp_9"}'::jsonb,
    'with what it waits for'
);
select is((select t.told from api.tell_overdue_events() as t), 0, 'once');

-- Sending
update outbound.deliveries set state = 'failed', next_attempt_at = null;
select pg_temp.event('bad_' || g.n, 'charge_succeeded', 'res_1', '{"amount": 0}') from generate_series(10, 14) as g (n);
create temporary table sent as select c.* from api.claim_deliveries() as c;
select is(
    (select count(*)::integer from sent), 3, 'of an endpoint no more than its max_in_flight are sent at a time'
);
select is_empty('select * from api.claim_deliveries()', 'nobody else gets them, nor more, meanwhile');
select is(
    (
        select bool_and(
            s.attempt = 1
            and s.payload::jsonb ->> 'type' = 'event.rejected'
            and s.secrets = array[m.secret]
        )
        from sent as s
        cross join made as m
    ),
    true, 'each with its body and what it is signed with'
);
select results_eq(
    $$
    select r.state collate "default", r.attempts, r.is_recorded
    from sent as s
    cross join lateral api.record_delivery(s.delivery_id, s.lease_id, 204) as r
    limit 1
    $$,
    $$values ('delivered', 1, true)$$, '2xx is delivered'
);
select results_eq(
    $$
    select r.is_recorded
    from sent as s
    cross join lateral api.record_delivery(s.delivery_id, gen_random_uuid(), 204) as r
    offset 1 limit 1
    $$,
    'values (false)', 'whose lease is over records nothing'
);
select is(
    (select count(*)::integer from api.claim_deliveries()), 1, 'what is recorded makes room for the next'
);

-- What is due, and what room there is for it
create temporary table leased as
select d.delivery_no from outbound.deliveries as d where d.lease_id is not null;
update outbound.deliveries set next_attempt_at = now() - interval '1 day' where lease_id is not null;
select is(
    (
        select array_agg(c.delivery_id order by c.delivery_id)
        from api.claim_deliveries() as c
    ),
    (select array_agg(l.delivery_no order by l.delivery_no) from leased as l),
    'a lease that is over takes no room: another sender gets what its holder never told of'
);
update outbound.deliveries as d
set
    lease_id = null,
    next_attempt_at = case
        when d.delivery_no = (select min(l.delivery_no) from leased as l) then clock_timestamp()
        else clock_timestamp() + interval '1 hour'
    end
where d.state = 'pending';
create temporary table due as select c.* from api.claim_deliveries() as c;
select is(
    (select array_agg(d.delivery_id) from due as d),
    (select array[min(l.delivery_no)] from leased as l),
    'what is not due yet is not sent with what is'
);
do $do$
begin
    update outbound.endpoints set failing_since = now() - interval '4 days';
    perform api.record_delivery(d.delivery_id, d.lease_id, 200) from due as d;
end
$do$;
select is(
    (select e.failing_since from outbound.endpoints as e inner join made as m on e.endpoint_id = m.endpoint_id),
    null, 'one success, and an endpoint is not failing'
);
do $do$
begin
    perform api.resend_delivery(d.delivery_id) from due as d;
end
$do$;
select results_eq(
    $$
    select r.state collate "default", r.attempts, r.is_recorded
    from api.claim_deliveries() as c
    cross join lateral api.record_delivery(c.delivery_id, c.lease_id, 200, 'the answer broke off') as r
    $$,
    $$values ('pending', 1, true)$$, '2xx with an error is none'
);
select isnt(
    (select d.delivered_at from outbound.deliveries as d inner join due as w on d.delivery_no = w.delivery_id),
    null, 'when it had been delivered before stays'
);
update outbound.deliveries set state = 'delivered', next_attempt_at = null
where delivery_no = (select d.delivery_id from due as d);
update outbound.deliveries set next_attempt_at = clock_timestamp() where state = 'pending';
update outbound.endpoints set failing_since = null;

-- Failing
create temporary table tries (attempt integer, state text, seconds numeric);
do $do$
declare
    v_delivery record;
    r_answer record;
begin
    for i in 1..8 loop
        update outbound.deliveries as d
        set
            next_attempt_at = case
                when d.delivery_no = (
                    select min(o.delivery_no) from outbound.deliveries as o where o.state = 'pending'
                ) then clock_timestamp()
                else 'infinity'
            end,
            lease_id = null
        where d.state = 'pending';
        select c.* into v_delivery from api.claim_deliveries() as c order by c.delivery_id limit 1;
        for r_answer in
            select r.*
            from api.record_delivery(
                v_delivery.delivery_id, v_delivery.lease_id,
                case i when 1 then 302 else 500 end,  -- a redirect is no success, whatever is said of it
                case when i > 1 then 'no' end, 'oops'
            ) as r
        loop
            insert into tries values (
                r_answer.attempts, r_answer.state,
                extract(epoch from r_answer.next_attempt_at - clock_timestamp())
            );
        end loop;
    end loop;
end
$do$;
select ok(
    bool_and(t.seconds between w.delay - 1 and w.delay * 1.2) and count(*) = 7,
    'failures are tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, or up to a fifth later'
)
from tries as t
inner join (
    values (1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18000), (6, 36000), (7, 36000)
) as w (attempt, delay) on t.attempt = w.attempt;
select is((select t.state from tries as t where t.attempt = 8), 'failed', 'the eighth time it has failed for good');
select is(
    outbound.find_next_attempt(1, 3600, '2026-01-01Z'), '2026-01-01T01:00Z'::timestamptz, 'Retry-After is granted'
);
select is(
    outbound.find_next_attempt(1, 999999999, '2026-01-01Z'), '2026-01-02T00:00Z'::timestamptz, 'up to a day'
);
select ok(outbound.find_next_attempt(3, 0, '2026-01-01Z') >= '2026-01-01T00:30Z', 'and makes nothing sooner');

-- Resend, recover
create temporary table dead as
select l.* from api.list_deliveries(p_state => 'failed', p_limit => 1) as l where l.attempts = 8;
select is(d.last_error || ' ' || d.last_answer || ' ' || d.last_status, 'no oops 500', 'what failed says why')
from dead as d;
select results_eq(
    $$
    select r.state collate "default", l.attempts, l.renewed_by
    from dead as d
    cross join lateral api.resend_delivery(d.delivery_id, 'ana') as r
    cross join lateral api.list_deliveries(p_message_id => d.message_id) as l
    $$,
    $$values ('pending', 8, null::text)$$, 'it can be sent again'
);
select is(l.attempts || ' ' || l.renewed_by, '0 ana', 'from the beginning, and who had it is kept')
from dead as d
cross join lateral api.list_deliveries(p_message_id => d.message_id) as l;
update outbound.deliveries set state = 'failed', next_attempt_at = null, lease_id = null where state = 'pending';
select is(
    (select r.deliveries from made as m cross join lateral api.recover_endpoint(m.endpoint_id, clock_timestamp()) as r),
    0::bigint, 'nothing of before the moment is recovered'
);
select is(
    (select r.deliveries from made as m cross join lateral api.recover_endpoint(m.endpoint_id, '-infinity') as r),
    (
        select count(*) from outbound.deliveries as d inner join made as m on d.endpoint_id = m.endpoint_id
        where d.state <> 'delivered'
    ),
    'all of after it is, unless it was delivered'
);

-- Rotation
create temporary table rotated as
select r.* from made as m cross join lateral api.rotate_webhook_secret(m.endpoint_id) as r;
select is(
    (select c.secrets from api.claim_deliveries(1) as c),
    (select array[r.secret, m.secret] from rotated as r cross join made as m),
    'after a rotation both secrets sign'
);
select is(r.old_secret_until - interval '24 hours' between now() and clock_timestamp(), true, 'for 24 hours')
from rotated as r;
create temporary table rotated_again as
select r.* from made as m cross join lateral api.rotate_webhook_secret(m.endpoint_id) as r;
select is(
    (select c.secrets from api.claim_deliveries(1) as c),
    (
        select array[a.secret, r.secret, m.secret]
        from rotated_again as a
        cross join rotated as r
        cross join made as m
    ),
    'after another one, whose first answer may have been lost, what was promised stays so'
);
select throws_ok(
    format('select * from api.rotate_webhook_secret(%L, %s)', m.endpoint_id, g.hours), 'LUKPH', null,
    format('%s hours are out of range', g.hours)
)
from made as m
cross join (values (-2147483648), (169)) as g (hours);
select a.secret is null from made as m cross join lateral api.rotate_webhook_secret(m.endpoint_id, 168) as a;
select is(
    (select s.valid_until from outbound.endpoint_secrets as s inner join made as m on s.secret = m.secret),
    (select r.old_secret_until from rotated as r), 'another rotation meanwhile makes that no longer'
);
do $do$
begin
    perform api.rotate_webhook_secret(m.endpoint_id, 0) from made as m;
end
$do$;
select is(
    (select cardinality(c.secrets) from api.claim_deliveries(1) as c), 1,
    'or only the new one, if the old one has leaked'
);

-- Disabling
select pg_temp.news();
do $do$
declare
    v_delivery record;
begin
    update outbound.deliveries as d set next_attempt_at = clock_timestamp(), lease_id = null where d.state = 'pending';
    perform api.set_webhook_endpoint('https://narrow.example/', array['endpoint.disabled']);
    select c.* into v_delivery from api.claim_deliveries(1) as c;
    perform api.record_delivery(v_delivery.delivery_id, v_delivery.lease_id, 410);
end
$do$;
select results_eq(
    $$
    select e.is_enabled, e.disabled_reason collate "default", e.disabled_by
    from api.list_webhook_endpoints() as e
    inner join made as m on e.endpoint_id = m.endpoint_id
    $$,
    $$values (false, 'gone', 'worker')$$, '410 disables'
);
select is(pg_temp.news(), 'endpoint.disabled', 'which the others are told');
select is(pg_temp.last_data() ->> 'host', 'all.example', 'with its host, not with what its path may keep secret');
select pg_temp.event('bad_20', 'charge_succeeded', 'res_1', '{"amount": 0}');
select is(pg_temp.news(), 'event.rejected', 'what it would be told is kept');
select is(
    (
        select count(*)::integer
        from api.claim_deliveries() as c
        inner join made as m on c.endpoint_id = m.endpoint_id
    ),
    0, 'and not sent'
);
select is(e.is_enabled, true, 'a person enables it again')
from made as m
cross join lateral api.enable_webhook_endpoint(m.endpoint_id) as e;
select cmp_ok(
    (
        select count(*)::integer
        from api.claim_deliveries() as c
        inner join made as m on c.endpoint_id = m.endpoint_id
    ),
    '>', 0, 'then it is'
);
create function pg_temp.fail() returns boolean
language plpgsql
as $$
declare
    v_delivery record;
    v_is_enabled boolean;
begin
    update outbound.deliveries as d set next_attempt_at = clock_timestamp(), lease_id = null where d.state = 'pending';
    select c.* into v_delivery
    from api.claim_deliveries() as c inner join made as m on c.endpoint_id = m.endpoint_id
    limit 1;
    select r.is_enabled into v_is_enabled
    from api.record_delivery(v_delivery.delivery_id, v_delivery.lease_id, p_error => 'no answer') as r;
    return v_is_enabled;
end
$$;
select is(pg_temp.fail(), true, 'a failure disables nothing');
update outbound.endpoints set failing_since = failing_since - interval '119 hours';
select is(pg_temp.fail(), true, 'nor do failures of less than five days');
update outbound.endpoints set failing_since = failing_since - interval '1 hour';
select is(pg_temp.fail(), false, 'five days of nothing else do');
select is(e.disabled_reason, 'failing', 'and that is said')
from made as m
inner join api.list_webhook_endpoints() as e on m.endpoint_id = e.endpoint_id;
select throws_ok(
    $$delete from outbound.endpoints$$, 'LCAPP', null, 'an endpoint is never removed'
);
select throws_ok(
    $$update outbound.endpoints set endpoint_id = endpoint_id$$, 'LCAPP', null, 'nor called otherwise'
);

-- Whose turn it is
update outbound.deliveries set state = 'failed', next_attempt_at = null, lease_id = null;
create temporary table slow as
select e.endpoint_id
from generate_series(1, 4) as g (n)
cross join lateral api.set_webhook_endpoint(format('https://slow%s.example/', g.n), '{}') as e;
create temporary table quick as
select e.endpoint_id from api.set_webhook_endpoint('https://quick.example/', '{}') as e;
select outbound.write_messages(
    'payout.paid', array_fill('{}'::jsonb, array[20]), array(select s.endpoint_id from slow as s),
    now() - interval '1 day'
);
select c.* from api.claim_deliveries(8) as c;
select outbound.write_messages('payout.paid', array['{}'::jsonb], array[q.endpoint_id], now())
from quick as q;
select is(
    (select c.endpoint_id from api.claim_deliveries(1) as c), q.endpoint_id,
    'whoever has the fewest on their way comes first, however long those of others wait'
)
from quick as q;
update outbound.deliveries set lease_id = null, next_attempt_at = created_at where state = 'pending';
update outbound.endpoints as e
set failing_since = case when e.endpoint_id in (select s.endpoint_id from slow as s) then now() end;
select is(
    (select c.endpoint_id from api.claim_deliveries(1) as c), q.endpoint_id,
    'and of those who have as many, one that does not fail'
)
from quick as q;

select * from finish();
rollback;
