/*
 * What a proxy has besides the functions that db/proxy/generate.sql makes: who lives where, errors
 * that arrive as values, the cursors of joined lists, and the calls that are split. Run as a
 * superuser, in the transaction of a deploy, in schemas that are empty.
 */
create function proxy.hash_restaurant(p_restaurant_id text)
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $function$
    select ('x' || left(md5(coalesce(p_restaurant_id, '')), 8))::bit(32)::integer;
$function$;
comment on function proxy.hash_restaurant(text)
is 'As ledger.hash_restaurant in a cell; PL/Proxy masks it by the number of partitions less one.';

create function proxy.name_restaurant(p_event jsonb)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $function$
    -- Of no other type: a number of twenty bytes can be a text of 130 kB.
    select case
        when jsonb_typeof(p_event -> 'restaurant_id') = 'string' then p_event ->> 'restaurant_id'
    end;
$function$;
comment on function proxy.name_restaurant(jsonb) is 'The restaurant of an event, if it names one.';

-- Made by db/proxy/cluster.py: proxy.owners(), the cell of each partition, of which there is a
-- power of two.

create function proxy.all_cells()
returns integer[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
    select array(select distinct o.cell from unnest(proxy.owners()) as o (cell) order by 1);
$function$;
comment on function proxy.all_cells() is 'The numbers of the cells.';

create function proxy.shuffled_cells()
returns integer[]
language sql
volatile
set search_path = pg_catalog, pg_temp
as $function$
    select array_agg(c.cell order by random()) from unnest(proxy.all_cells()) as c (cell);
$function$;
comment on function proxy.shuffled_cells() is 'The cells in some order: all have their turn.';

create function proxy.cell_of(p_restaurant_id text)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
    select o.owners[
        (proxy.hash_restaurant(p_restaurant_id) & (cardinality(o.owners) - 1)) + 1
    ]
    from (values (proxy.owners())) as o (owners);
$function$;
comment on function proxy.cell_of(text) is 'Where a restaurant lives.';

create function proxy.cells_of(p_restaurant_ids text[])
returns integer[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
    select coalesce(
        (
            select array_agg(distinct proxy.cell_of(u.restaurant_id))
            from unnest(p_restaurant_ids) as u (restaurant_id)
        ),
        case when p_restaurant_ids is null then proxy.all_cells() else '{0}' end
    );
$function$;
comment on function proxy.cells_of(text[]) is 'Where some restaurants live; null are all of them.';

-- Errors.

create function proxy.refuse(p_fault jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- A call that was under way when a cell was moved or split: ours, not the sender's.
    if p_fault ->> 'code' = 'WRONG_CELL' then
        raise exception 'a cell does not answer'
            using errcode = '08006', constraint = 'CELL_UNAVAILABLE',
                hint = 'Its restaurants wait; call again.';
    end if;
    -- What is not said is left out: an empty hint would be shown.
    if p_fault ->> 'detail' <> '' and p_fault ->> 'hint' <> '' then
        raise exception using
            errcode = p_fault ->> 'state', message = p_fault ->> 'message',
            detail = p_fault ->> 'detail', hint = p_fault ->> 'hint',
            constraint = coalesce(p_fault ->> 'code', '');
    elsif p_fault ->> 'hint' <> '' then
        raise exception using
            errcode = p_fault ->> 'state', message = p_fault ->> 'message',
            hint = p_fault ->> 'hint', constraint = coalesce(p_fault ->> 'code', '');
    elsif p_fault ->> 'detail' <> '' then
        raise exception using
            errcode = p_fault ->> 'state', message = p_fault ->> 'message',
            detail = p_fault ->> 'detail', constraint = coalesce(p_fault ->> 'code', '');
    end if;
    raise exception using
        errcode = p_fault ->> 'state', message = p_fault ->> 'message',
        constraint = coalesce(p_fault ->> 'code', '');
end;
$function$;
comment on function proxy.refuse(jsonb) is 'Raises what a cell has answered as an error.';

create function proxy.is_refused(p_fault jsonb, p_faults bigint, p_cells integer[])
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select case
        when p_fault ->> 'state' like 'LN%' and p_faults < cardinality(p_cells) then false
        else proxy.refuse(p_fault)
    end;
$function$;
comment on function proxy.is_refused(jsonb, bigint, integer[])
is 'Raises an error, unless it only says that this cell does not know what another one does.';

create function proxy.refuse_lost(p_message text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- What PL/Proxy says of a connection may have its password in it: only the database is told.
    if p_message ~ '\] PQ|connect timeout to|query timeout|Unfinished connection|Lost result'
        or p_message = 'a cell does not answer'
    then
        raise exception 'a cell does not answer'
            using errcode = '08006', constraint = 'CELL_UNAVAILABLE',
                detail = format('cell=%s', substring(p_message from '\[([^]]*)\] PQ')),
                hint = 'Its restaurants wait; call again.';
    end if;
    raise exception using errcode = 'XX000', message = p_message;
end;
$function$;
comment on function proxy.refuse_lost(text) is 'Raises that a cell does not answer.';

create function proxy.refuse_twice(p_what text, p_restaurant_ids text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $function$
begin
    if p_what = 'payment' then
        raise exception 'this payment is not the only one that is called so'
            using errcode = 'LBPMT', constraint = 'PAYMENT_AMBIGUOUS',
                detail = format('restaurant_ids=%s', array_to_string(p_restaurant_ids, ' ')),
                hint = 'Name the restaurant.';
    end if;
    raise exception 'two cells have this id, for other restaurants'
        using errcode = 'LCTWO', constraint = 'ID_IN_TWO_CELLS',
            detail = format('restaurant_ids=%s', array_to_string(p_restaurant_ids, ' ')),
            hint = 'One id was told for restaurants of different cells: see docs/scaling.md.';
end;
$function$;
comment on function proxy.refuse_twice(text, text[]) is 'Raises that two cells know one id.';

create function proxy.require_writable()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_call constant text := statement_timestamp()::text;
    v_began timestamptz;
begin
    if current_setting('transaction_read_only')::boolean then
        raise exception 'a read-only transaction may not change the ledger'
            using errcode = '25006';
    end if;
    -- A statement of its own begins its transaction at the same moment; prepared, when it is bound;
    -- sent in one piece with its text, when that is parsed, a moment before: which may be long on a
    -- busy machine, and a call that is refused for that is worse than one that is not.
    if statement_timestamp() > transaction_timestamp() then
        v_began := (select c.creation_time from pg_cursors as c where c.name = '');
        if v_began is null
            or v_began - transaction_timestamp() > interval '1 s'
            or (
                v_began > transaction_timestamp()
                and exists (
                    select
                    from pg_prepared_statements as p
                    where p.statement = current_query()
                        and p.prepare_time < transaction_timestamp()
                )
            )
            or nullif(current_setting('cuenta.called', true), '') <> v_call
        then
            raise exception 'inside of BEGIN this call is kept at once: no rollback reaches a cell'
                using errcode = '25001', constraint = 'INSIDE_TRANSACTION',
                    hint = 'Call it outside of a transaction block.';
        end if;
    end if;
    perform set_config('cuenta.called', v_call, true);
end;
$function$;
comment on function proxy.require_writable()
is 'Refuses a call that changes something where a rollback would not take it back.';

-- Who answers.

create function proxy.ping_each(p_cells integer[])
returns table (cell integer)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select cell.number() as cell;
$proxy$;

create function proxy.cells_away(p_cells integer[])
returns integer[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_away integer[] := '{}';
    v_cell integer;
    v_message text;
begin
    begin
        perform from proxy.ping_each(p_cells);
        return v_away;
    exception when others then
        get stacked diagnostics v_message = message_text;
    end;
    foreach v_cell in array p_cells loop
        begin
            perform from proxy.ping_each(array[v_cell]);
        exception when others then
            v_away := v_away || v_cell;
        end;
    end loop;
    if v_away @> p_cells then
        perform proxy.refuse_lost(v_message);
    end if;
    return v_away;
end;
$function$;
comment on function proxy.cells_away(integer[]) is 'Those of some cells that do not answer.';

create function proxy.cells_but(p_cells integer[], p_away integer[])
returns integer[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select array(select c.cell from unnest(p_cells) as c (cell) where c.cell <> all(p_away));
$function$;
comment on function proxy.cells_but(integer[], integer[]) is 'Some cells but others.';

create function proxy.any_cell()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_cells constant integer[] := proxy.all_cells();
begin
    return (proxy.cells_but(v_cells, proxy.cells_away(v_cells)))[1];
end;
$function$;
comment on function proxy.any_cell() is 'A cell that answers.';

create function proxy.tell_away(p_away integer[], p_run_id text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select case
        when p_away = '{}' then ''
        else format(
            '; cells that do not answer, whose restaurants wait for another run: %s',
            array_to_string(p_away, ', ')
        )
    end;
$function$;
comment on function proxy.tell_away(integer[], text) is 'What a run says of cells that are away.';

create function proxy.find_each(p_cells integer[], p_what text, p_id text, p_provider text)
returns table (cell integer, weight timestamptz, restaurant_id text)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select r.cell, r.weight, r.restaurant_id from cell.find(p_what, p_id, p_provider) as r;
$proxy$;

create function proxy.find_cell(p_what text, p_id text, p_provider text)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_cells integer[] := proxy.all_cells();
    v_found integer[];
    v_names text[];
    v_fault text;
begin
    begin
        perform from proxy.ping_each(v_cells);
    exception when internal_error or connection_exception then
        -- What a cell has that answers is not looked for in one that does not.
        get stacked diagnostics v_fault = message_text;
        v_cells := proxy.cells_but(v_cells, proxy.cells_away(v_cells));
    end;
    select array_agg(f.cell), array_agg(f.restaurant_id order by f.restaurant_id)
    into v_found, v_names
    from (
        select r.cell, r.restaurant_id, rank() over (order by r.weight desc) as n
        from (
            select distinct on (k.cell) k.cell, k.weight, k.restaurant_id
            from proxy.find_each(v_cells, p_what, p_id, p_provider) as k
            where v_fault is null or k.weight = 'infinity'
            order by k.cell, k.weight desc
        ) as r
    ) as f
    where f.n = 1;
    if cardinality(v_found) > 1 then
        perform proxy.refuse_twice('id', v_names);
    elsif v_found is null and v_fault is not null then
        perform proxy.refuse_lost(v_fault);
    end if;
    -- One that nobody has is asked for all the same, for the error that it gives.
    return coalesce(v_found[1], 0);
end;
$function$;
comment on function proxy.find_cell(text, text, text) is 'The cell that has something.';

-- Ids that were told for restaurants of two cells: nothing prevents that.

create function proxy.list_event_ids(p_cells integer[], p_slice integer, p_slices integer)
returns table (provider text, event_id text, restaurant_id text, received_at timestamptz)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select r.provider, r.event_id, r.restaurant_id, r.received_at
    from cell.list_event_ids(p_slice, p_slices) as r;
$proxy$;

create function api.find_ids_in_two_cells(p_slices integer default 16)
returns table (
    provider text, event_id text, restaurant_ids text[], first_received_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
begin
    if (p_slices between 1 and 65536 and p_slices & (p_slices - 1) = 0) is not true then
        raise exception 'slices must be a power of two, up to 65536'
            using errcode = 'LBLIM', constraint = 'LIMIT_INVALID',
                detail = format('slices=%s', p_slices);
    end if;
    -- A slice at a time, so that no more than that is held in memory.
    for v_slice in 0..p_slices - 1 loop
        return query
        select
            r.provider, r.event_id, array_agg(r.restaurant_id order by r.received_at),
            min(r.received_at)
        from proxy.list_event_ids(proxy.all_cells(), v_slice, p_slices) as r
        group by r.provider, r.event_id
        having count(*) > 1;
    end loop;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;
comment on function api.find_ids_in_two_cells(integer)
is 'Event ids that were told for restaurants of different cells, so that each cell has posted one.';
grant execute on function api.find_ids_in_two_cells(integer)
to cuenta_app, cuenta_operator, cuenta_reader;

-- Lists that are joined.

create function proxy.write_cursor(p_cursors text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select encode(convert_to(array_to_string(p_cursors, ' ', '-'), 'UTF8'), 'hex');
$function$;
comment on function proxy.write_cursor(text[]) is 'How far a joined list has come in each cell.';

create function proxy.pick_cursors(p_cursors text[], p_cells integer[])
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select array(
        select p_cursors[c.cell + 1]
        from unnest(p_cells) with ordinality as c (cell, place)
        order by c.place
    );
$function$;
comment on function proxy.pick_cursors(text[], integer[]) is 'Those of some cells.';

create function proxy.read_cursor(p_cursor text)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_cursors text[];
begin
    if p_cursor is null then
        return array_fill(null::text, array[cardinality(proxy.owners())]);
    end if;
    if p_cursor ~ '^([2-7][0-9a-f])+$' then
        v_cursors := string_to_array(convert_from(decode(p_cursor, 'hex'), 'UTF8'), ' ', '-');
    end if;
    if cardinality(v_cursors) = cardinality(proxy.owners()) then
        return v_cursors;
    end if;
    raise exception 'cursor is not one of this list'
        using errcode = 'LBCUR', constraint = 'CURSOR_INVALID', detail = 'argument=cursor',
            hint = 'Leave it out to begin at the start.';
end;
$function$;
comment on function proxy.read_cursor(text) is 'The cursors of the cells of a joined list.';

create function proxy.write_chain(p_cell integer, p_cursor text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
    select case
        when p_cursor is not null then encode(convert_to(p_cell || ' ' || p_cursor, 'UTF8'), 'hex')
        else encode(
            convert_to(
                (
                    select min(c.cell)::text
                    from unnest(proxy.all_cells()) as c (cell)
                    where c.cell > p_cell
                ),
                'UTF8'
            ),
            'hex'
        )
    end;
$function$;
comment on function proxy.write_chain(integer, text) is 'Where a list goes on, cell after cell.';

create function proxy.read_chain(p_cursor text)
returns table (cell integer, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_text text;
begin
    cell := 0;
    if p_cursor is not null then
        if p_cursor ~ '^([2-7][0-9a-f])+$' then
            v_text := convert_from(decode(p_cursor, 'hex'), 'UTF8');
        end if;
        if (v_text ~ '^[0-9]{1,4}( [0-9a-f]+)?$') is not true then
            raise exception 'cursor is not one of this list'
                using errcode = 'LBCUR', constraint = 'CURSOR_INVALID',
                    detail = 'argument=cursor', hint = 'Leave it out to begin at the start.';
        end if;
        cell := split_part(v_text, ' ', 1)::integer;
        cursor := nullif(split_part(v_text, ' ', 2), '');
    end if;
    return next;
end;
$function$;
comment on function proxy.read_chain(text) is 'Where a list goes on, cell after cell.';

-- Sums.

create function proxy.sum_counts(p_counts jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    select coalesce(jsonb_object_agg(s.key, s.count), '{}')
    from (
        select e.key, sum(e.value::bigint) as count
        from jsonb_array_elements(p_counts) as c (counts)
        cross join lateral jsonb_each_text(c.counts) as e
        group by e.key
    ) as s;
$function$;
comment on function proxy.sum_counts(jsonb) is 'Objects of counts, added up.';

create function proxy.merge_metrics(p_metrics text[], p_cells integer[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
    -- Each name once with its HELP and TYPE, each sample with the label of its cell.
    select string_agg(m.line, E'\n' order by m.family, m.cell, m.place) || E'\n'
    from (
        select
            w.cell,
            w.place,
            max(w.place) filter (where w.line like '# HELP%')
            over (partition by w.cell order by w.place) as family,
            case
                when w.line like '#%' then w.line
                when w.line ~ '^[a-z_]+\{'
                    then regexp_replace(w.line, '\{', format('{cell="%s",', w.cell))
                else regexp_replace(w.line, '^([a-z_]+)', format('\1{cell="%s"}', w.cell))
            end as line
        from (
            select c.cell, l.line, l.place
            from unnest(p_metrics, p_cells) as c (metrics, cell)
            cross join lateral unnest(string_to_array(rtrim(c.metrics, E'\n'), E'\n'))
            with ordinality as l (line, place)
        ) as w
    ) as m
    where m.line not like '#%' or m.cell = (select min(c.cell) from unnest(p_cells) as c (cell));
$function$;
comment on function proxy.merge_metrics(text[], integer[])
is 'The metrics of all cells, each sample with its cell.';

create function proxy.draw_seed()
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $function$
    select encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex');
$function$;
comment on function proxy.draw_seed() is 'What cells draw ids and secrets from.';

create function proxy.require_payees_each(p_cells integer[], p_restaurant_ids text[])
returns table (cell integer, fault jsonb)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select r.cell, r.fault from cell.require_payees(p_restaurant_ids) as r;
$proxy$;

create function proxy.require_payees(p_restaurant_ids text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
begin
    if p_restaurant_ids is not null then
        perform proxy.refuse(r.fault)
        from proxy.require_payees_each(proxy.cells_of(p_restaurant_ids), p_restaurant_ids) as r
        where r.fault is not null
        limit 1;
    end if;
end;
$function$;
comment on function proxy.require_payees(text[])
is 'Checks for whom a run is to be in all cells, before it begins in one.';

-- Arrays, split by cell.

create function proxy.ingest_events_each(p_cells integer[], p_items text[], p_documents jsonb[])
returns table (
    item integer, status text, event_id text, provider text, restaurant_id text, currency text,
    event_type text, entries integer, code text, message text, details jsonb,
    received_at timestamptz, cell integer, fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells, p_items, p_documents;
    run on p_cells;
    select ((p_items)[1]::integer[])[r.item] as item, r.status, r.event_id, r.provider,
        r.restaurant_id, r.currency, r.event_type, r.entries, r.code, r.message, r.details,
        r.received_at, r.cell, r.fault
    from cell.ingest_events((p_documents)[1]) as r;
$proxy$;

create function api.ingest_events(p_events jsonb)
returns table (
    item integer, status text, event_id text, provider text, restaurant_id text, currency text,
    event_type text, entries integer, code text, message text, details jsonb,
    received_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_cells integer[];
    v_items text[];
    v_documents jsonb[];
    v_rows record;
    v_lost text[] := '{}';
    v_fault jsonb;
    v_message text;
begin
    perform proxy.require_writable();
    if jsonb_typeof(p_events) is distinct from 'array'
        or jsonb_array_length(p_events) not between 1 and 10000
    then
        v_cells := '{0}';
        v_items := '{"{1}"}';
        v_documents := array[p_events];
    else
        select array_agg(c.cell), array_agg(c.items), array_agg(c.document)
        into v_cells, v_items, v_documents
        from (
            select
                e.cell,
                array_agg(e.item order by e.item)::text as items,
                jsonb_agg(e.event order by e.item) as document
            from (
                select
                    proxy.cell_of(proxy.name_restaurant(o.event)) as cell,
                    o.event,
                    o.item
                from jsonb_array_elements(p_events) with ordinality as o (event, item)
            ) as e
            group by e.cell
        ) as c;
    end if;
    begin
        return query
        select
            r.item, r.status, r.event_id, r.provider, r.restaurant_id, r.currency, r.event_type,
            r.entries, r.code, r.message, r.details, r.received_at
        from proxy.ingest_events_each(v_cells, v_items, v_documents) as r
        where r.fault is null or proxy.refuse(r.fault)
        order by r.item;
        return;
    exception when others then
        get stacked diagnostics v_message = message_text;
        if cardinality(v_cells) = 1 and sqlstate not like 'XX%' and sqlstate not like '08%' then
            raise;
        end if;
    end;
    -- Some cell has refused it or is away. What the others were sent they keep or have kept: each
    -- is asked by itself, so that the answer can say what is not kept.
    for i in 1..cardinality(v_cells) loop
        begin
            select to_jsonb(r.fault) as fault into v_rows
            from proxy.ingest_events_each(v_cells[i:i], v_items[i:i], v_documents[i:i]) as r
            where r.fault is not null
            limit 1;
            if v_rows.fault is not null then
                if v_rows.fault ->> 'code' is distinct from 'WRONG_CELL' then
                    v_fault := coalesce(v_fault, v_rows.fault);
                end if;
                v_lost := v_lost || v_items[i];
            end if;
        exception when internal_error or connection_exception then
            v_lost := v_lost || v_items[i];
        end;
    end loop;
    if v_lost = '{}' then
        return query
        select r.*
        from api.ingest_events(p_events) as r;
        return;
    end if;
    raise exception using
        errcode = coalesce(v_fault ->> 'state', '08006'),
        message = coalesce(v_fault ->> 'message', 'a cell does not answer'),
        detail = concat_ws(
            ', ',
            nullif(v_fault ->> 'detail', ''),
            format(
                'not_kept=%s',
                left(
                    (
                        select string_agg(i.item::text, ' ' order by i.item)
                        from unnest(v_lost) as l (items)
                        cross join lateral unnest(l.items::integer[]) as i (item)
                    ),
                    1000
                )
            )
        ),
        hint = 'The other items are kept. Send the array again: those answer already_processed.',
        constraint = coalesce(v_fault ->> 'code', 'CELL_UNAVAILABLE');
end;
$proxy$;

-- Seals, each of one cell.

create function proxy.verify_seals_each(
    p_cells integer[], p_from bigint, p_to bigint, p_root text
)
returns table (
    seal_no bigint, restaurant_id text, currency text, reference text, finding text, cell integer,
    place bigint, fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select r.seal_no, r.restaurant_id, r.currency, r.reference, r.finding, r.cell, r.place, r.fault
    from cell.verify_seals(p_from, p_to, p_root) as r;
$proxy$;

create function api.verify_seals(
    p_from bigint default null, p_to bigint default null, p_root text default null
)
returns table (seal_no bigint, restaurant_id text, currency text, reference text, finding text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
    v_cells constant integer[] := case
        when p_from is null and p_to is null then proxy.all_cells()
        else array[(coalesce(p_from, p_to) & 4095)::integer]
    end;
begin
    if p_from & 4095 <> p_to & 4095 or v_cells[1] <> all(proxy.all_cells()) then
        raise exception 'these seals are not of one cell'
            using errcode = 'LNSEA', constraint = 'SEAL_NOT_FOUND',
                detail = format('from=%s, to=%s', p_from, p_to);
    end if;
    return query
    select r.seal_no, r.restaurant_id, r.currency, r.reference, r.finding
    from proxy.verify_seals_each(v_cells, p_from, p_to, p_root) as r
    where r.fault is null or proxy.refuse(r.fault)
    order by r.cell, r.place;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;

-- Runs, each of which several cells have a part of.

create function proxy.list_payout_runs_each(
    p_cells integer[], p_cursors text[], p_currency text, p_as_of date, p_is_finished boolean,
    p_limit integer
)
returns table (
    run_id text, started_at timestamptz, cursor text, cell integer, place bigint, fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells, p_cursors;
    run on p_cells;
    select r.run_id, r.started_at, r.cursor, r.cell, r.place, r.fault
    from cell.list_payout_runs(p_currency, p_as_of, p_is_finished, p_limit, (p_cursors)[1]) as r;
$proxy$;

create function api.list_payout_runs(
    p_currency text default null, p_as_of date default null, p_is_finished boolean default null,
    p_limit integer default 50, p_cursor text default null
)
returns table (
    run_id text, currency text, as_of date, min_amount bigint, restaurant_ids text[],
    overrides_terms boolean, started_by text, reason text, started_at timestamptz,
    finished_at timestamptz, is_finished boolean, last_restaurant_id text,
    payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb,
    state text, is_queued boolean, attempts integer, next_attempt_at timestamptz,
    failed_at timestamptz, died_at timestamptz, error text, schedule_id text,
    due_at timestamptz, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
    v_cells constant integer[] := proxy.all_cells();
    v_cursors text[] := proxy.read_cursor(p_cursor);
    v_run_ids text[] := '{}';
    v_marks text[] := '{}';
    v_known integer;
    r_part record;
begin
    for r_part in
        with q as materialized (
            select *
            from proxy.list_payout_runs_each(
                v_cells, proxy.pick_cursors(v_cursors, v_cells), p_currency, p_as_of,
                p_is_finished, p_limit
            )
        ), n as (
            select r.*, row_number() over (order by r.started_at desc, r.cell, r.place) as n
            from q as r
            where r.fault is null or proxy.refuse(r.fault)
        )
        select r.run_id, r.cell, r.cursor
        from n as r
        order by max(r.n) over (partition by r.cell order by r.place), r.place
    loop
        v_known := array_position(v_run_ids, r_part.run_id);
        if v_known is null then
            if cardinality(v_run_ids) >= p_limit then
                raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor',
                    p_limit;
                exit;
            end if;
            v_run_ids := v_run_ids || r_part.run_id;
            v_known := cardinality(v_run_ids);
        end if;
        v_cursors[r_part.cell + 1] := r_part.cursor;
        v_marks[v_known] := proxy.write_cursor(v_cursors);
    end loop;
    return query
    select g.*, m.mark
    from unnest(v_run_ids, v_marks) with ordinality as m (run_id, mark, place)
    cross join lateral api.get_payout_run(m.run_id) as g
    order by m.place;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;

-- Keys: one of the platform is in every cell, one of a restaurant in its own.

create function proxy.list_api_keys_each(p_cells integer[], p_cursors text[], p_limit integer)
returns table (
    key_id text, name text, role text, restaurant_id text, status text, created_at timestamptz,
    created_by text, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
    revoked_by text, cursor text, cell integer, place bigint, fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells, p_cursors;
    run on p_cells;
    select r.key_id, r.name, r.role, r.restaurant_id, r.status, r.created_at, r.created_by,
        r.expires_at, r.last_used_at, r.revoked_at, r.revoked_by, r.cursor, r.cell, r.place,
        r.fault
    from cell.list_api_keys(p_limit, (p_cursors)[1]) as r;
$proxy$;

create function api.list_api_keys(p_limit integer default 50, p_cursor text default null)
returns table (
    key_id text, name text, role text, restaurant_id text, status text, created_at timestamptz,
    created_by text, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
    revoked_by text, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
    v_cells constant integer[] := proxy.all_cells();
    v_cursors text[] := proxy.read_cursor(p_cursor);
    v_key_ids text[] := '{}';
    v_marks text[] := '{}';
    v_kept jsonb[] := '{}';
    r_key record;
begin
    for r_key in
        with q as materialized (
            select *
            from proxy.list_api_keys_each(
                v_cells, proxy.pick_cursors(v_cursors, v_cells), p_limit
            )
        ), n as (
            select r.*, row_number() over (order by r.created_at desc, r.cell, r.place) as n
            from q as r
            where r.fault is null or proxy.refuse(r.fault)
        )
        select r.*
        from n as r
        order by max(r.n) over (partition by r.cell order by r.place), r.place
    loop
        if r_key.key_id <> all(v_key_ids) then
            if cardinality(v_key_ids) >= p_limit then
                raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor',
                    p_limit;
                exit;
            end if;
            v_key_ids := v_key_ids || r_key.key_id;
        end if;
        v_kept := v_kept || to_jsonb(r_key);
        v_cursors[r_key.cell + 1] := r_key.cursor;
        v_marks[cardinality(v_key_ids)] := proxy.write_cursor(v_cursors);
    end loop;
    return query
    select
        m.key_id, min(k.name), min(k.role), min(k.restaurant_id),
        (array_agg(k.status order by k.revoked_at, k.cell))[1], min(k.created_at),
        min(k.created_by), min(k.expires_at), max(k.last_used_at), min(k.revoked_at),
        (array_agg(k.revoked_by order by k.revoked_at, k.cell))[1], m.mark
    from unnest(v_key_ids, v_marks) with ordinality as m (key_id, mark, place)
    inner join jsonb_to_recordset(to_jsonb(v_kept)) as k (
        key_id text, name text, role text, restaurant_id text, status text,
        created_at timestamptz, created_by text, expires_at timestamptz, last_used_at timestamptz,
        revoked_at timestamptz, revoked_by text, cell integer
    ) on m.key_id = k.key_id
    group by m.key_id, m.mark, m.place
    order by m.place;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;

-- A report as CSV is all of it, or an error.

create function proxy.get_report_csv(
    p_cell integer, p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date,
    p_base_currency text, p_source text, p_limit integer, p_cursor text
)
returns table (csv text, fault jsonb)
language plproxy
as $proxy$
    cluster 'cuenta';
    run on p_cell;
    select r.csv, r.fault
    from cell.get_report_csv(
        p_name, p_restaurant_id, p_currency, p_from, p_to, p_base_currency, p_source, p_limit,
        p_cursor
    ) as r;
$proxy$;

create function api.get_report_csv(
    p_name text, p_restaurant_id text default null, p_currency text default null,
    p_from date default null, p_to date default null, p_base_currency text default null,
    p_source text default null, p_limit integer default 100000, p_cursor text default null
)
returns table (csv text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
    v_line_end constant text := chr(13) || chr(10);
    v_limit constant integer := least(greatest(coalesce(p_limit, 100000), 0), 100000);
    v_left integer := v_limit;
    v_first integer;
    v_cursor text;
    v_cell integer;
    v_rows integer;
    v_parts text[] := '{}';
    r_part record;
begin
    if p_restaurant_id is not null then
        return query
        select r.csv
        from proxy.get_report_csv(
            proxy.cell_of(p_restaurant_id), p_name, p_restaurant_id, p_currency, p_from, p_to,
            p_base_currency, p_source, p_limit, p_cursor
        ) as r
        where r.fault is null or proxy.refuse(r.fault);
        return;
    end if;
    select c.cell, c.cursor into v_first, v_cursor
    from proxy.read_chain(p_cursor) as c;
    foreach v_cell in array proxy.all_cells() loop
        continue when v_cell < v_first;
        select r.* into r_part
        from proxy.get_report_csv(
            v_cell, p_name, null, p_currency, p_from, p_to, p_base_currency, p_source, v_left,
            case when v_cell = v_first then v_cursor end
        ) as r;
        if r_part.fault ->> 'code' = 'REPORT_TOO_LARGE' then
            raise exception 'report % has more than % rows', p_name, v_limit
                using errcode = 'LUREP', constraint = 'REPORT_TOO_LARGE',
                    detail = format('name=%s, limit=%s', p_name, v_limit),
                    hint = r_part.fault ->> 'hint';
        elsif r_part.fault is not null then
            perform proxy.refuse(r_part.fault);
        end if;
        -- Lines end where no quoted text does; the first one has the names.
        v_rows := regexp_count(regexp_replace(r_part.csv, '"[^"]*"', '', 'g'), v_line_end) - 1;
        v_left := v_left - v_rows;
        v_parts := v_parts || case
            when v_parts = '{}' then r_part.csv
            else substr(r_part.csv, strpos(r_part.csv, v_line_end) + 2)
        end;
    end loop;
    csv := array_to_string(v_parts, '');
    return next;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;

-- Webhooks: read by all cells, as each knows its own payments, and posted by those they tell of.

create function proxy.read_webhook_each(
    p_cells integer[], p_source text, p_headers jsonb, p_query jsonb, p_body bytea,
    p_is_kept boolean
)
returns table (cell integer, item bigint, outcome text, restaurant_id text, fault jsonb)
language plproxy
as $proxy$
    cluster 'cuenta';
    split p_cells;
    run on p_cells;
    select r.cell, r.item, r.outcome, r.restaurant_id, r.fault
    from cell.read_webhook(p_source, p_headers, p_query, p_body, p_is_kept) as r;
$proxy$;

create function proxy.take_webhook(
    p_cell integer, p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_items bigint[],
    p_doubtful bigint[], p_is_kept boolean, p_webhook_no bigint, p_actor text
)
returns table (
    cell integer, status text, content_type text, results jsonb, is_open boolean, fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    run on p_cell;
    select r.cell, r.status, r.content_type, r.results, r.is_open, r.fault
    from cell.take_webhook(
        p_source, p_headers, p_query, p_body, p_items, p_doubtful, p_is_kept, p_webhook_no, p_actor
    ) as r;
$proxy$;

create function proxy.get_kept_body(p_cell integer, p_webhook_no bigint, p_actor text)
returns table (cell integer, source text, body bytea, fault jsonb)
language plproxy
as $proxy$
    cluster 'cuenta';
    run on p_cell;
    select r.cell, r.source, r.body, r.fault
    from cell.get_kept_body(p_webhook_no, p_actor) as r;
$proxy$;

create function proxy.replay_webhook(p_cell integer, p_webhook_no bigint, p_actor text)
returns table (
    webhook_no bigint, source text, is_open boolean, results jsonb, cell integer, place bigint,
    fault jsonb
)
language plproxy
as $proxy$
    cluster 'cuenta';
    run on p_cell;
    select r.webhook_no, r.source, r.is_open, r.results, r.cell, r.place, r.fault
    from cell.replay_webhook(p_webhook_no, p_actor) as r;
$proxy$;

create function proxy.post_webhook(
    p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_keeper integer,
    p_webhook_no bigint, p_actor text
)
returns table (content_type text, results jsonb, is_open boolean)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    v_cells constant integer[] := proxy.all_cells();
    v_is_kept constant boolean := p_webhook_no is not null;
    v_read jsonb;
    v_told jsonb := '{}';
    v_known integer;
    v_doubtful bigint[];
    v_items bigint[];
    r_part record;
    r_taken record;
begin
    -- What names no restaurant is looked at again when the rest is posted: it may be the charge.
    loop
        v_known := (select count(*) from jsonb_object_keys(v_told));
        with k as materialized (
            select *
            from proxy.read_webhook_each(
                v_cells, p_source, p_headers, p_query, p_body, v_is_kept
            )
        )
        select jsonb_object_agg(i.item, i.cell), array_agg(i.item) filter (where i.cell < 0)
        into v_read, v_doubtful
        from (
            select
                r.item,
                case
                    when count(distinct r.restaurant_id) filter (where r.outcome = 'event') > 1
                        then -1
                    else min(proxy.cell_of(r.restaurant_id)) filter (where r.outcome = 'event')
                end as cell
            from k as r
            where r.item is not null and (r.fault is null or proxy.refuse(r.fault))
                or r.item is null and proxy.refuse(r.fault)
            group by r.item
        ) as i;
        for r_part in
            select
                e.value::integer as cell, array_agg(e.key::bigint order by e.key::bigint) as items
            from jsonb_each_text(v_read) as e
            where e.value::integer >= 0 and not v_told ? e.key
            group by e.value
            order by e.value::integer
        loop
            select r.* into r_taken
            from proxy.take_webhook(
                r_part.cell, p_source, p_headers, p_query, p_body, r_part.items, '{}', v_is_kept,
                null, p_actor
            ) as r
            where r.fault is null or proxy.refuse(r.fault);
            content_type := r_taken.content_type;
            v_told := v_told || (
                select jsonb_object_agg(t.item, r_taken.results -> (t.item - 1)::integer)
                from unnest(r_part.items) as t (item)
            );
        end loop;
        exit when (select count(*) from jsonb_object_keys(v_told)) = v_known
            or (select bool_and(v_told ? k.key) from jsonb_object_keys(v_read) as k (key));
    end loop;

    v_items := array(
        select k.key::bigint
        from jsonb_object_keys(v_read) as k (key)
        where not v_told ? k.key
    );
    if v_is_kept or v_items <> '{}' then
        select r.* into r_taken
        from proxy.take_webhook(
            p_keeper, p_source, p_headers, p_query, p_body, v_items, coalesce(v_doubtful, '{}'),
            v_is_kept, p_webhook_no, p_actor
        ) as r
        where r.fault is null or proxy.refuse(r.fault);
        content_type := r_taken.content_type;
        is_open := r_taken.is_open;
        v_told := v_told || coalesce(
            (
                select jsonb_object_agg(t.item, r_taken.results -> (t.item - 1)::integer)
                from unnest(v_items) as t (item)
            ),
            '{}'
        );
    end if;
    results := (
        select coalesce(jsonb_agg(e.value order by e.key::bigint), '[]')
        from jsonb_each(v_told) as e
    );
    return next;
end;
$function$;
comment on function proxy.post_webhook(text, jsonb, jsonb, bytea, integer, bigint, text)
is 'Has each event of a signed webhook posted in its cell, and the rest kept in one.';

create function api.receive_webhook(
    p_source text, p_headers jsonb, p_query jsonb, p_body bytea
)
returns table (status text, content_type text, answer text, results jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
begin
    perform proxy.require_writable();
    status := 'accepted';
    select coalesce(r.content_type, 'application/json'), r.results
    into content_type, results
    from proxy.post_webhook(
        p_source, p_headers, p_query, p_body,
        proxy.cell_of(md5(p_body)), null, null
    ) as r;
    answer := case
        when content_type = 'text/plain' then '[accepted]'
        else jsonb_build_object('status', status, 'results', results)::text
    end;
    return next;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;

create function api.replay_webhook(p_webhook_no bigint, p_actor text default null)
returns table (webhook_no bigint, source text, is_open boolean, results jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $proxy$
#variable_conflict use_column
declare
    v_fault text;
    v_keeper constant integer := coalesce((p_webhook_no & 4095)::integer, 0);
    r_kept record;
begin
    perform proxy.require_writable();
    select r.* into r_kept
    from proxy.get_kept_body(v_keeper, p_webhook_no, p_actor) as r
    where r.fault is null or proxy.refuse(r.fault);
    if r_kept.body is null then
        return query
        select r.webhook_no, r.source, r.is_open, r.results
        from proxy.replay_webhook(v_keeper, p_webhook_no, p_actor) as r
        where r.fault is null or proxy.refuse(r.fault);
        return;
    end if;
    webhook_no := p_webhook_no;
    source := r_kept.source;
    select r.is_open, r.results
    into is_open, results
    from proxy.post_webhook(
        r_kept.source, '{}', '{}', r_kept.body, v_keeper, p_webhook_no, p_actor
    ) as r;
    return next;
exception when internal_error or connection_exception then
    get stacked diagnostics v_fault = message_text;
    perform proxy.refuse_lost(v_fault);
end;
$proxy$;
