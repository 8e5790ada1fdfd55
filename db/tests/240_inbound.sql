-- Signed webhooks: sources, secrets, what is kept and who sees it.
begin;
select plan(57);

-- A webhook of the scheme hmac, signed with a secret, as "outcome status code" of each thing.
create function pg_temp.hmac(p_secret text, p_body bytea) returns text
language sql
as $$
select encode(
    sha256(
        inbound.pad_key(convert_to(p_secret, 'UTF8'), 'sha256', 92)
        || sha256(inbound.pad_key(convert_to(p_secret, 'UTF8'), 'sha256', 54) || p_body)
    ),
    'hex'
)
$$;
create function pg_temp.send(p_source text, p_body text, p_secret text default 'a secret')
returns text[]
language sql
as $$
select array(
    select concat_ws(' ', x ->> 'outcome', x ->> 'status', x ->> 'code')
    from api.receive_webhook(
        p_source,
        jsonb_build_object('X-Signature', pg_temp.hmac(p_secret, convert_to(p_body, 'UTF8'))),
        '{}',
        convert_to(p_body, 'UTF8')
    ) as r
    cross join lateral jsonb_array_elements(r.results) as x
)
$$;
create function pg_temp.charge(p_id text, p_change jsonb default '{}') returns text
language sql
as $$
select (
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', 'res_001', 'currency', 'PEN', 'amount', 1000
    ) || p_change
)::text
$$;
create function pg_temp.kept(p_is_open boolean default true) returns text[]
language sql
as $$
select array(
    select concat_ws(' ', k.source, k.item_no, k.outcome, k.code, k.deliveries)
    from api.list_kept_webhooks(p_is_open => p_is_open) as k
)
$$;

-- Sources
set local role cuenta_operator;
select results_eq(
    $$
    select s.source, s.scheme, s.adapter, s.settings, s.changed_by
    from api.set_webhook_source('bank', 'hmac', p_actor => 'ana') as s
    $$,
    $$values ('bank', 'hmac', 'none', '{}'::jsonb, 'ana')$$,
    'a source is made, and sends our events if no adapter is named'
);
select is(
    array(
        select s.adapter
        from (
            values
            ('stripe', 'hmac', '{}'), ('x', 'stripe', '{}'), ('x', 'hmac', '{}'),
            ('stripe', 'stripe', '{"adapter": "none"}'), ('x', 'hmac', '{"adapter": "adyen"}'),
            ('stripe', 'adyen', '{}')
        ) as w (source, scheme, settings)
        cross join lateral api.set_webhook_source(w.source, w.scheme, w.settings::jsonb) as s
    ),
    '{stripe,stripe,none,none,adyen,adyen}',
    'the adapter is that of the settings, else of the scheme, else of the name'
);
select throws_ok(
    'select api.set_webhook_source(''operator'', ''hmac'')', 'LUWSR', null,
    'no source is called operator: what people do nobody sends (LUWSR)'
);
select is(
    (select s.created_at = s.changed_at from api.set_webhook_source('bank', 'hmac') as s), true,
    'setting what is set changes nothing'
);
select throws_ok(
    format('select api.set_webhook_source(''x'', %L, %L)', w.scheme, w.settings), 'LUWST', null,
    'refuses settings: ' || w.settings
)
from (
    values
    ('hmac', '[]'), ('hmac', '{"enabled": 1}'), ('hmac', '{"colour": 1}'),
    ('stripe', '{"header": "x"}'), ('hmac', '{"header": "a b"}'), ('hmac', '{"algorithm": "md5"}'),
    ('hmac', '{"encoding": "base32"}'), ('hmac', '{"key_encoding": "x"}'),
    ('hmac', '{"adapter": "x"}'), ('hmac', '{"provider": "operator"}'), ('hmac', '{"prefix": 1}'),
    ('stripe', '{"accounts": []}')
) as w (scheme, settings);
reset role;

-- Secrets
select is(
    (
        select s.valid_until is null
        from api.add_webhook_secret('bank', 'a secret') as s
    ),
    true,
    'a secret is valid for ever unless it is said until when'
);
select is(
    (
        select s.secret_no = k.secret_no
        from inbound.source_secrets as k
        cross join lateral api.add_webhook_secret('bank', 'a secret') as s
        where k.source = 'bank'
    ),
    true,
    'the same secret is kept once'
);
select is_empty(
    $$
    select k.secret_no
    from inbound.source_secrets as k
    where k.digest = convert_to('a secret', 'UTF8')
        or position(convert_to('a secret', 'UTF8') in k.inner_key) > 0
        or position(convert_to('a secret', 'UTF8') in k.outer_key) > 0
    $$,
    'and not as it was given'
);
select is(
    (
        select count(*)
        from ledger.setting_changes as c
        where c.restaurant_id = '' and c.new_settings ? 'webhook_secret bank'
    ),
    2::bigint,
    'who gave a secret which period is kept'
);

-- What is signed
select is(pg_temp.send('bank', pg_temp.charge('e_1')), '{event processed}', 'posts an event');
select is(
    pg_temp.send('bank', pg_temp.charge('e_1')), '{event already_processed}', 'and does so once'
);
select is(
    pg_temp.send('bank', pg_temp.charge('e_1', '{"amount": 5}')), '{event conflict EVENT_ID_REUSED}',
    'a conflict is a success'
);
select is(
    array(select i.status from api.list_inbox() as i where i.provider = 'bank'), '{conflict}',
    'and in the inbox'
);
select is(
    pg_temp.send('bank', '[]'), '{}', 'an array of no events is a success in which nothing is told'
);
select throws_ok(
    $$select pg_temp.send('bank', '{}', 'another secret')$$, 'LAKEY',
    'this is not signed as it must be', 'another secret signs nothing (unauthenticated)'
);
select is(
    (
        select r.answer || ' ' || r.content_type
        from inbound.sources as s
        cross join lateral api.set_webhook_source('bank', 'hmac', '{"adapter": "adyen"}') as n
        cross join lateral api.receive_webhook(
            n.source, jsonb_build_object('x-signature', pg_temp.hmac('a secret', '{}')), '{}', '{}'
        ) as r
        where s.source = 'bank'
    ),
    '[accepted] text/plain',
    'Adyen hears what it wants to hear'
);
select lives_ok(
    $$select api.set_webhook_source('bank', 'hmac', '{"basic": false}')$$,
    'a source is changed, and its settings replaced as a whole'
);

-- What is kept
select is(
    pg_temp.send('bank', 'no JSON'), '{refused BODY_UNREADABLE}', 'what is no JSON is a success'
);
select is(
    pg_temp.send('bank', '[5, {"provider": "other"}]'),
    '{refused EVENT_NOT_OBJECT,refused PROVIDER_NOT_OF_SOURCE}', 'and so is what is no event'
);
select is(
    (pg_temp.kept())[1:3],
    array[
        'bank 2 refused PROVIDER_NOT_OF_SOURCE 1', 'bank 1 refused EVENT_NOT_OBJECT 1',
        'bank 1 refused BODY_UNREADABLE 1'
    ],
    'kept, the newest first'
);
select lives_ok(
    $$
    select api.dismiss_webhook(k.webhook_no, 'posted by hand', 'ana')
    from api.list_kept_webhooks() as k
    $$,
    'a person closes them'
);
select is(pg_temp.kept(), '{}', 'then none is open');
select is(
    pg_temp.send('bank', 'no JSON'), '{refused BODY_UNREADABLE}', 'received again'
);
select is(pg_temp.kept(), '{bank 1 refused BODY_UNREADABLE 2}', 'it is open again, and counted');

-- What is kept is read again
create function pg_temp.replay(p_item_no integer) returns text
language sql
as $$
select concat_ws(
    ' ',
    r.source,
    r.is_open,
    array(
        select concat_ws(' ', x ->> 'outcome', x ->> 'status', x ->> 'code')
        from jsonb_array_elements(r.results) as x
    )
)
from (
    select max(k.webhook_no) as webhook_no
    from inbound.kept_webhooks as k
    where k.item_no = p_item_no
) as n
cross join lateral api.replay_webhook(n.webhook_no, 'ana') as r
$$;
select is(
    pg_temp.send(
        'bank',
        format(
            '[%s, 5, %s]', pg_temp.charge('e_2'), pg_temp.charge('e_3', '{"provider": "other"}')
        )
    ),
    '{event processed,refused EVENT_NOT_OBJECT,refused PROVIDER_NOT_OF_SOURCE}',
    'what is refused of an array stops nothing else'
);
select is(
    pg_temp.replay(3),
    'bank t {"event already_processed","refused EVENT_NOT_OBJECT",'
    '"refused PROVIDER_NOT_OF_SOURCE"}',
    'read again while nothing is mended, all stays as it is'
);
select is(
    pg_temp.kept(),
    array[
        'bank 3 refused PROVIDER_NOT_OF_SOURCE 1', 'bank 2 refused EVENT_NOT_OBJECT 1',
        'bank 1 refused BODY_UNREADABLE 2'
    ],
    'open, and no delivery more'
);
select lives_ok(
    $$
    select api.set_webhook_source('bank', 'hmac', '{"provider": "other"}');
    $$,
    'the settings are mended'
);
select is(
    pg_temp.replay(3), 'bank f {"event processed","refused EVENT_NOT_OBJECT","event processed"}',
    'then it is posted by the settings of today'
);
select is(
    pg_temp.kept(), '{bank 2 refused EVENT_NOT_OBJECT 1,bank 1 refused BODY_UNREADABLE 2}',
    'and leaves the list; what is refused still stays'
);
select is(
    (
        select k.dismissed_by || ' ' || k.reason
        from inbound.kept_webhooks as k
        where k.item_no = 3
    ),
    'ana replayed', 'with the name of who did it'
);
select is(
    pg_temp.replay(3),
    'bank f {"event already_processed","refused EVENT_NOT_OBJECT","event already_processed"}',
    'done again, it posts nothing'
);
select is(
    array(
        select pg_temp.replay(2)
        from api.list_kept_webhooks() as k
        cross join lateral api.dismiss_webhook(k.webhook_no, 'no event', 'eva') as d
        where k.item_no = 2 and d.dismissed_by = 'eva'
    ),
    '{"bank f {\"event already_processed\",\"refused EVENT_NOT_OBJECT\",'
    '\"event already_processed\"}"}',
    'and opens nothing that a person has closed'
);

-- What its signature did not cover
create function pg_temp.send_unsigned(p_body text) returns text
language sql
as $$
select r.results #>> '{0,code}'
from (select extract(epoch from clock_timestamp())::bigint::text as ts) as t
cross join lateral api.receive_webhook(
    'mp',
    jsonb_build_object(
        'x-signature',
        format(
            'ts=%s,v1=%s',
            t.ts,
            pg_temp.hmac(
                'a secret', convert_to(format('id:9;request-id:r;ts:%s;', t.ts), 'UTF8')
            )
        ),
        'x-request-id',
        'r'
    ),
    '{"data.id": "9"}',
    convert_to(p_body, 'UTF8')
) as r
$$;
select lives_ok(
    $$
    select api.set_webhook_source('mp', 'mercadopago', '{"adapter": "none"}');
    select api.add_webhook_secret('mp', 'a secret');
    select pg_temp.send_unsigned(pg_temp.charge('e_4'));
    $$,
    'somebody puts an event of ours behind a signature that covers no body'
);
select is(
    array(
        select pg_temp.replay(1) || ' ' || s.scheme
        from (values ('mercadopago'), ('hmac'), ('basic')) as w (scheme)
        cross join lateral api.set_webhook_source('mp', w.scheme, '{"adapter": "none"}') as s
    ),
    array[
        'mp t {"refused BODY_NOT_SIGNED"} mercadopago', 'mp t {"refused BODY_NOT_SIGNED"} hmac',
        'mp t {"refused BODY_NOT_SIGNED"} basic'
    ],
    'whatever the source signs by today, it stays kept'
);
select is(
    (select count(*) from ledger.processor_events as e where e.event_id = 'e_4'), 0::bigint,
    'and is never posted'
);

-- Never removed
select throws_ok(s.statement, 'LCAPP', null, format('"%s" is refused, whoever tries (LCAPP)', s.statement))
from (
    values
    ('delete from inbound.sources'), ('truncate inbound.sources cascade'),
    ('update inbound.sources set source = ''other'''), ('delete from inbound.kept_webhooks'),
    ('truncate inbound.kept_webhooks'), ('update inbound.kept_webhooks set body = '''''),
    ('update inbound.kept_webhooks set source = ''other''')
) as s (statement);

-- Secrets have periods
update inbound.source_secrets set valid_from = '2026-01-01', valid_until = now() + interval '1 hour';
select lives_ok('select pg_temp.send(''bank'', ''x'')', 'a secret signs until it ends');
update inbound.source_secrets set valid_until = now();
select throws_ok('select pg_temp.send(''bank'', ''x'')', 'LAKEY', null, 'and not from then on (LAKEY)');
update inbound.source_secrets set valid_from = now() + interval '1 hour', valid_until = null;
select throws_ok('select pg_temp.send(''bank'', ''x'')', 'LAKEY', null, 'nor before it begins (LAKEY)');

select * from finish();
rollback;
