/*
 * What a cell needs besides what db/deploy.py makes, in a schema of its own that is made anew each
 * time: helpers for the functions that db/proxy/generate.sql makes, called by cuenta_cell, the
 * login of the proxies. Run as a superuser, in a transaction; ledger.cell says which cell it is.
 */
drop schema if exists cell cascade;
create schema cell authorization cuenta_owner;
comment on schema cell is 'What proxies call: db/proxy.';
revoke all on schema cell from public;

do $roles$
begin
    if to_regrole('cuenta_cell') is null then
        create role cuenta_cell login;
    end if;
    grant cuenta_processor, cuenta_app, cuenta_operator, cuenta_reader, cuenta_door,
        cuenta_restaurant, cuenta_worker to cuenta_cell;
    comment on role cuenta_cell is 'cuenta: proxies, in front of several databases';
    alter role cuenta_cell set timezone = 'UTC';
    alter role cuenta_cell set lock_timeout = '10s';
    alter role cuenta_cell set synchronous_commit = 'on';
    execute format('grant connect on database %I to cuenta_cell', current_database());
end;
$roles$;
grant usage on schema cell to cuenta_cell;

create function cell.number()
returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
    select c.number from ledger.cell as c;
$function$;
comment on function cell.number() is 'Which cell this is.';

create function cell.own(p_restaurant_ids text[])
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
    select case
        when p_restaurant_ids is not null then array(
            select u.restaurant_id
            from unnest(p_restaurant_ids) with ordinality as u (restaurant_id, place)
            cross join ledger.cell as c
            where ledger.hash_restaurant(coalesce(u.restaurant_id, '')) & (c.cells - 1) = c.number
            order by u.place
        )
    end;
$function$;
comment on function cell.own(text[]) is 'Those of some restaurants that live here.';

create function cell.write_fault(
    p_state text, p_message text, p_detail text, p_hint text, p_code text
)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select jsonb_build_object(
        'state', p_state, 'message', p_message, 'detail', p_detail, 'hint', p_hint, 'code', p_code
    );
$function$;
comment on function cell.write_fault(text, text, text, text, text) is 'An error as a value.';

create function cell.find(p_what text, p_id text, p_provider text)
returns table (cell integer, weight timestamptz, restaurant_id text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
    select cell.number(), k.weight, k.restaurant_id
    from (
        select timestamptz 'infinity', e.restaurant_id
        from ledger.processor_events as e
        where p_what = 'event' and e.provider = p_provider and e.event_id = p_id
        union all
        select timestamptz '9999-12-31Z', d.restaurant_id
        from ledger.deferred_events as d
        where p_what = 'event' and d.provider = p_provider and d.event_id = p_id
        union all
        (
            select r.received_at, coalesce(r.restaurant_id, '')
            from ledger.event_rejections as r
            where p_what = 'event' and r.provider = p_provider and r.event_id = p_id
            order by r.received_at desc
            limit 1
        )
        union all
        select timestamptz 'infinity', p.restaurant_id
        from ledger.payouts as p
        where p_what = 'payout' and p.payout_id = p_id
        union all
        select timestamptz 'infinity', h.restaurant_id
        from reporting.holds as h
        where p_what = 'hold' and h.hold_id = p_id
        union all
        select timestamptz 'infinity', k.bound_to
        from access.api_keys as k
        where p_what = 'key' and k.key_digest = decode(p_id, 'hex') and k.bound_to is not null
    ) as k (weight, restaurant_id);
$function$;
comment on function cell.find(text, text, text) is 'Whether this cell has it, and whose it is.';

create function cell.list_event_ids(p_slice integer, p_slices integer)
returns table (provider text, event_id text, restaurant_id text, received_at timestamptz)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
    select e.provider, e.event_id, e.restaurant_id, e.received_at
    from ledger.processor_events as e
    where ledger.hash_restaurant(e.event_id) & (p_slices - 1) = p_slice;
$function$;
comment on function cell.list_event_ids(integer, integer)
is 'Some of the ids of events: those of one slice of many.';

create function cell.require_payees(p_restaurant_ids text[])
returns table (cell integer, fault jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_state text; v_message text; v_detail text; v_hint text; v_code text;
begin
    perform ledger.require_payees(cell.own(p_restaurant_ids));
    cell := cell.number();
    return next;
exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,
        v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_code = constraint_name;
    cell := cell.number();
    fault := cell.write_fault(v_state, v_message, v_detail, v_hint, v_code);
    return next;
end;
$function$;
comment on function cell.require_payees(text[]) is 'Checks for whom a run is to be, before it is.';

create function cell.get_kept_body(p_webhook_no bigint, p_actor text)
returns table (cell integer, source text, body bytea, fault jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_kept inbound.kept_webhooks;
    v_state text; v_message text; v_detail text; v_hint text; v_code text;
begin
    cell := cell.number();
    perform ledger.require_actor(p_actor);
    v_kept := inbound.require_kept_webhook(
        case when p_webhook_no & 4095 <> cell then -1 else p_webhook_no >> 12 end
    );
    source := v_kept.source;
    -- What its signature did not cover is not read by anybody.
    if not exists (
            select
            from inbound.kept_webhooks as k
            inner join inbound.sources as s on k.source = s.source
            where k.source = v_kept.source
                and k.body_digest = v_kept.body_digest
                and (k.code = 'BODY_NOT_SIGNED' or s.scheme = 'mercadopago')
        ) then
        body := v_kept.body;
    end if;
    return next;
exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,
        v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_code = constraint_name;
    fault := cell.write_fault(v_state, v_message, v_detail, v_hint, v_code);
    return next;
end;
$function$;
comment on function cell.get_kept_body(bigint, text) is 'What is to be read again.';

create function cell.find_source(
    p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_is_kept boolean,
    p_now timestamptz
)
returns inbound.sources
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_source inbound.sources;
begin
    if p_is_kept then
        select s.* into v_source
        from inbound.sources as s
        where s.source = p_source;
        return v_source;
    end if;
    return inbound.require_authentic(p_source, p_headers, p_query, p_body, p_now);
end;
$function$;
comment on function cell.find_source(text, jsonb, jsonb, bytea, boolean, timestamptz)
is 'Who sends a body: it is signed, unless a cell has kept it because it was.';

create function cell.read_webhook(
    p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_is_kept boolean
)
returns table (cell integer, item bigint, outcome text, restaurant_id text, fault jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    v_source inbound.sources;
    v_state text; v_message text; v_detail text; v_hint text; v_code text;
begin
    v_source := cell.find_source(
        p_source, p_headers, p_query, p_body, p_is_kept, clock_timestamp()
    );
    return query
    select
        cell.number(), r.item, r.outcome,
        case
            when jsonb_typeof(r.event -> 'restaurant_id') = 'string'
                then r.event ->> 'restaurant_id'
        end,
        null::jsonb
    from (
        select
            w.item,
            (
                case
                    when inbound.name_adapter(v_source.source, v_source.scheme, v_source.settings)
                        = 'none' then w.reading
                    else inbound.complete_reading(
                        coalesce(v_source.settings ->> 'provider', v_source.source), w.reading
                    )
                end
            ).*
        from (
            select
                row_number() over () as item,
                row(k.outcome, k.kind, k.event, k.code, k.field, k.message)::inbound.reading
                as reading
            from inbound.read_webhook(v_source, p_query, p_body) as k
        ) as w
    ) as r;
exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,
        v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_code = constraint_name;
    return query
    select cell.number(), null::bigint, null::text, null::text,
        cell.write_fault(v_state, v_message, v_detail, v_hint, v_code);
end;
$function$;
comment on function cell.read_webhook(text, jsonb, jsonb, bytea, boolean)
is 'What a signed webhook tells, and of whom: nothing is kept.';

create function cell.take_webhook(
    p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_items bigint[],
    p_doubtful bigint[], p_is_kept boolean, p_webhook_no bigint, p_actor text
)
returns table (
    cell integer, status text, content_type text, results jsonb, is_open boolean, fault jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
#variable_conflict use_column
declare
    v_now constant timestamptz := clock_timestamp();
    v_source inbound.sources;
    v_kept inbound.kept_webhooks;
    v_posted record;
    v_state text; v_message text; v_detail text; v_hint text; v_code text;
begin
    v_source := cell.find_source(p_source, p_headers, p_query, p_body, p_is_kept, v_now);
    if p_webhook_no is not null then
        v_kept := inbound.require_kept_webhook(p_webhook_no >> 12);
    end if;
    select t.* into v_posted
    from inbound.post_readings(
        v_source,
        array(
            select
                case
                    when k.item = any(p_doubtful)
                        then inbound.make_reading(
                            'refused', k.kind, 'RESTAURANT_NOT_NAMED',
                            'payments of two restaurants are called as the one that it names'
                        )
                    when k.item = any(p_items)
                        then row(k.outcome, k.kind, k.event, k.code, k.field, k.message)
                            ::inbound.reading
                    else inbound.make_reading('ignored', k.kind, null, null)
                end
            from (
                select row_number() over () as item, w.*
                from inbound.read_webhook(v_source, p_query, p_body) as w
            ) as k
            order by k.item
        ),
        v_now
    ) as t;
    if p_webhook_no is not null then
        perform inbound.settle_webhook(
            v_kept, v_posted.readings, ledger.require_actor(p_actor), v_now
        );
    else
        perform inbound.keep_webhook(
            v_source.source, p_body, r.item_no::integer,
            row(r.outcome, r.kind, null, r.code, r.field, r.message)::inbound.reading, v_now
        )
        from unnest(v_posted.readings) with ordinality as r (
            outcome, kind, event, code, field, message, item_no
        )
        where r.outcome not in ('event', 'ignored');
    end if;
    return query
    select
        cell.number(),
        'accepted',
        case
            when inbound.name_adapter(v_source.source, v_source.scheme, v_source.settings) = 'adyen'
                then 'text/plain'
            else 'application/json'
        end,
        inbound.write_results(v_posted.readings, v_posted.answers),
        (
            select k.dismissed_at is null
            from inbound.kept_webhooks as k
            where k.webhook_no = v_kept.webhook_no
        ),
        null::jsonb;
exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,
        v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_code = constraint_name;
    return query
    select cell.number(), null::text, null::text, null::jsonb, null::boolean,
        cell.write_fault(v_state, v_message, v_detail, v_hint, v_code);
end;
$function$;
comment on function cell.take_webhook(
    text, jsonb, jsonb, bytea, bigint[], bigint[], boolean, bigint, text
)
is 'Posts those events of a signed webhook that are of this cell, and keeps what is to be kept.';

alter function cell.number() owner to cuenta_owner;
alter function cell.own(text[]) owner to cuenta_owner;
alter function cell.find(text, text, text) owner to cuenta_owner;
alter function cell.list_event_ids(integer, integer) owner to cuenta_owner;
alter function cell.require_payees(text[]) owner to cuenta_owner;
alter function cell.get_kept_body(bigint, text) owner to cuenta_writer;
alter function cell.find_source(text, jsonb, jsonb, bytea, boolean, timestamptz)
owner to cuenta_writer;
alter function cell.read_webhook(text, jsonb, jsonb, bytea, boolean) owner to cuenta_writer;
alter function cell.take_webhook(
    text, jsonb, jsonb, bytea, bigint[], bigint[], boolean, bigint, text
) owner to cuenta_writer;
grant usage on schema cell to cuenta_writer;
