/*
 * The functions of a cell and of its proxies, from the catalog of a cell and db/proxy/routes.sql,
 * which is run before in the same session.
 *
 * A row a function of schema api, and one more for each composite type that they use:
 *
 *     name      the function or type
 *     on_cell   cell.NAME: the same call, its errors as columns: a raised one would cost PL/Proxy
 *               its connection. With each row the cell's number and its place in the answer
 *     on_proxy  proxy.NAME, a call to one cell; proxy.NAME_each, one to several; api.NAME itself
 */
create temporary view columns as
select
    p.oid,
    c.name,
    c.type,
    c.place,
    'r.' || quote_ident(c.name) as taken
from pg_catalog.pg_proc as p
cross join
    lateral (
        select
            u.name,
            format_type(u.type, null) as type,
            u.place
        from
            unnest(p.proargnames, p.proargmodes, p.proallargtypes)
            with ordinality as u (name, mode, type, place)
        where u.mode = 't'
        union all
        select
            a.attname,
            format_type(a.atttypid, a.atttypmod),
            a.attnum
        from pg_catalog.pg_type as t
        inner join pg_catalog.pg_attribute as a on t.typrelid = a.attrelid
        where
            t.oid = p.prorettype
            and a.attnum > 0
            and not a.attisdropped
    ) as c (name, type, place)
where p.pronamespace = 'api'::regnamespace;

create temporary view arguments as
select
    p.oid,
    u.name,
    format_type(u.type, null) as type,
    u.place
from pg_catalog.pg_proc as p
cross join
    lateral unnest(p.proargnames, p.proargtypes::oid[])
    with ordinality as u (name, type, place)
where
    p.pronamespace = 'api'::regnamespace
    and u.place <= p.pronargs;

create temporary view functions as
select
    p.oid,
    r.name,
    r.way,
    r.arg,
    r.unless,
    r.is_drawn,
    r.is_spared,
    r.numbers,
    p.prosrc,
    p.prokind = 'p' as is_procedure,
    p.prorettype <> 'record'::regtype and not p.proretset as is_composite,
    case p.provolatile when 'v' then 'volatile' else 'stable' end as volatility,
    pg_get_function_arguments(p.oid) as arguments,
    pg_get_function_identity_arguments(p.oid) as signature,
    pg_get_function_result(p.oid) as result,
    obj_description(p.oid, 'pg_proc') as comment,
    (
        select
            format(
                E'grant execute on %s api.%I(%s) to %s;\n',
                case p.prokind when 'p' then 'procedure' else 'function' end,
                p.proname,
                pg_get_function_identity_arguments(p.oid),
                string_agg(distinct x.grantee::regrole::text, ', ')
            )
        from aclexplode(p.proacl) as x
        where
            x.grantee <> p.proowner
            and x.grantee <> 0
            and x.grantee::regrole::text <> 'cuenta_writer'
    ) as grants,
    c.names as column_names,
    c.definitions as column_definitions,
    c.taken,
    c.from_cell,
    c.nulls,
    c.outs,
    a.definitions as argument_definitions,
    a.own_definitions as own_argument_definitions,
    a.names as argument_names,
    a.own_names as own_argument_names,
    a.to_api,
    a.has_payees,
    a.filled
from pg_catalog.pg_proc as p
inner join routes as r on p.proname = r.name
cross join
    lateral (
        select
            string_agg(quote_ident(c.name), ', ' order by c.place) as names,
            string_agg(quote_ident(c.name) || ' ' || c.type, ', ' order by c.place) as definitions,
            string_agg(c.taken, ', ' order by c.place) as taken,
            string_agg(
                case
                    when c.name = any(r.numbers) then format('%s * 4096 + cell.number()', c.taken)
                    else c.taken
                end,
                ', ' order by c.place
            ) as from_cell,
            string_agg('null::' || c.type, ', ' order by c.place) as nulls,
            string_agg(quote_ident(c.name), ', ' order by c.place)
            filter (where c.name <> 'cursor') as outs
        from columns as c
        where c.oid = p.oid
    ) as c
cross join
    lateral (
        select
            string_agg(quote_ident(a.name) || ' ' || a.type, ', ' order by a.place) as definitions,
            string_agg(quote_ident(a.name) || ' ' || a.type, ', ' order by a.place)
            filter (where a.name <> 'p_cursor') as own_definitions,
            string_agg(quote_ident(a.name), ', ' order by a.place) as names,
            string_agg(quote_ident(a.name), ', ' order by a.place)
            filter (where a.name <> 'p_cursor') as own_names,
            string_agg(
                quote_ident(a.name) || ' => ' || case
                    when substr(a.name, 3) = any(r.numbers)
                        then format(
                            'case when %1$I & 4095 <> cell.number() then -1 else %1$I >> 12 end',
                            a.name
                        )
                    when a.name = 'p_restaurant_ids' then 'cell.own(p_restaurant_ids)'
                    else quote_ident(a.name)
                end,
                ', ' order by a.place
            ) as to_api,
            bool_or(a.name = 'p_restaurant_ids') as has_payees,
            string_agg(
                case when a.name = r.arg then 'v_left' else quote_ident(a.name) end,
                ', ' order by a.place
            ) as filled
        from arguments as a
        where a.oid = p.oid
    ) as a
where p.pronamespace = 'api'::regnamespace;

-- What is alike in all functions of a proxy: the head, and errors that are none of the ledger's.
create temporary view heads as
select
    f.oid,
    format(
        E'create or replace function api.%I(%s) returns %s\n'
        'language plpgsql %s security definer set search_path = pg_catalog, pg_temp as $proxy$\n',
        f.name, f.arguments, f.result, f.volatility
    ) as head,
    case when f.volatility = 'volatile' then E'    perform proxy.require_writable();\n' else '' end
        as writable,
    format(
        E'exception when internal_error or connection_exception then\n'
        '    get stacked diagnostics v_fault = message_text;\n'
        '    perform proxy.refuse_lost(v_fault);\n%s'
        'end;\n$proxy$;\ncomment on function api.%I(%s) is %L;\n',
        case when f.is_composite then E'    return null;\n' else '' end,
        f.name, f.signature, f.comment
    ) as tail,
    -- One answer of one cell; %s is the cell.
    case
        when f.is_composite
            then format(
                E'    select %s into v_answer from proxy.%I(%%s, %s) as r'
                ' where r.fault is null or proxy.refuse(r.fault);\n'
                '    return v_answer;\n',
                f.taken,
                f.name,
                concat_ws(', ', case when f.is_drawn then 'v_seed' end, f.argument_names)
            )
        else format(
            E'    return query select %s from proxy.%I(%s) as r'
            ' where r.fault is null or proxy.refuse(r.fault);\n',
            f.taken, f.name,
            concat_ws(', ', '%s', case when f.is_drawn then 'v_seed' end, f.argument_names)
        )
    end as one,
    case
        when f.has_payees then 'proxy.cells_of(p_restaurant_ids)'
        else 'proxy.all_cells()'
    end as cells,
    concat_ws(
        ', ',
        'v_cells',
        case when f.way = 'page' then 'proxy.pick_cursors(v_cursors, v_cells)' end,
        case when f.is_drawn then 'v_seed' end,
        case when f.way = 'page' then f.own_argument_names else f.argument_names end
    ) as to_each
from functions as f;

create temporary view bodies as
select
    f.oid,
    case f.way
        when 'one' then format(h.one, format('proxy.hash_restaurant(%s)', f.arg))
        when 'any' then format(h.one, 'proxy.any_cell()')
        when 'number' then format(h.one, format('coalesce((%s & 4095)::integer, 0)', f.arg))
        when 'find' then format(h.one, format('proxy.find_cell(%s)', f.arg))
        when 'look'
            then
                format(
                    E'    return query with q as materialized (\n'
                    '        select * from proxy.%1$I_each(%2$s)\n'
                    '    ), k as (\n'
                    '        select b.cell, rank() over (order by b.weight desc) as n\n'
                    '        from (select distinct r.cell, %3$s as weight from q as r where'
                    ' r.fault is null) as b\n'
                    '    )\n'
                    '    select %4$s from q as r\n'
                    '    where case\n'
                    '        when (select count(*) from k where k.n = 1) > 1\n'
                    '            then proxy.refuse_twice(%5$L, array(\n'
                    '                select f.restaurant_id from q as f inner join k on f.cell ='
                    ' k.cell\n'
                    '                where k.n = 1 order by f.restaurant_id\n'
                    '            ))\n'
                    '        when r.fault is null then r.cell = (select k.cell from k where k.n ='
                    ' 1)\n'
                    '        else proxy.is_refused(r.fault, (select count(*) from q as f where'
                    ' f.fault is not null), v_cells)\n'
                    '    end\n'
                    '    order by r.cell, r.place;\n',
                    f.name,
                    h.to_each,
                    f.arg,
                    f.taken,
                    case f.name when 'get_payment' then 'payment' else 'id' end
                )
        when 'page'
            then
                format(
                    E'    v_cursors := proxy.read_cursor(p_cursor);\n'
                    '    for %1$s, v_cell, v_cursor in\n'
                    '        with q as materialized (\n'
                    '            select * from proxy.%2$I_each(%3$s)\n'
                    '        ), r as (\n'
                    '            select r.* from q as r\n'
                    '            where r.fault is null or proxy.is_refused(\n'
                    '                r.fault, (select count(*) from q as f where f.fault is not'
                    ' null), v_cells\n'
                    '            )\n'
                    '        ), n as (\n'
                    '            select r.*, row_number() over (order by %4$s, r.cell, r.place)'
                    ' as n from r\n'
                    '        )\n'
                    '        -- A cell''s own order stands, whatever the clocks say.\n'
                    '        select %5$s, r.cell, r.cursor from n as r\n'
                    '        order by max(r.n) over (partition by r.cell order by r.place),'
                    ' r.place\n'
                    '    loop\n'
                    '        v_rows := v_rows + 1;\n'
                    '        if v_rows > p_limit then\n'
                    '            raise notice ''only the first %% of more: give p_limit (up to'
                    ' 500) or p_cursor'',\n'
                    '                p_limit;\n'
                    '            exit;\n'
                    '        end if;\n'
                    '        v_cursors[v_cell + 1] := v_cursor;\n'
                    '        cursor := proxy.write_cursor(v_cursors);\n'
                    '        return next;\n'
                    '    end loop;\n',
                    f.outs, f.name, h.to_each, f.arg,
                    (
                        select string_agg(c.taken, ', ' order by c.place)
                        from columns as c
                        where c.oid = f.oid and c.name <> 'cursor'
                    )
                )
        when 'fill'
            then
                format(
                    E'    foreach v_cell in array proxy.shuffled_cells() loop\n'
                    '        begin\n'
                    '            for %1$s in\n'
                    '                select %2$s from proxy.%3$I(v_cell, %4$s) as r\n'
                    '                where r.fault is null or proxy.refuse(r.fault)\n'
                    '            loop\n'
                    '                v_left := v_left - 1;\n%5$s'
                    '                return next;\n'
                    '            end loop;\n'
                    '        exception when internal_error or connection_exception then\n'
                    '            get stacked diagnostics v_fault = message_text;\n'
                    '        end;\n'
                    '        exit when v_left <= 0;\n'
                    '    end loop;\n'
                    '    if v_fault is not null and v_left = %6$s then\n'
                    '        perform proxy.refuse_lost(v_fault);\n'
                    '    end if;\n',
                    f.column_names, f.taken, f.name, f.filled,
                    case
                        when f.column_names like 'item, %'
                            then format(E'                item := %s - v_left;\n', f.arg)
                        else ''
                    end,
                    f.arg
                )
        when 'chain'
            then
                format(
                    E'    select c.cell, c.cursor into v_cell, v_cursor from'
                    ' proxy.read_chain(p_cursor) as c;\n'
                    '    return query select %s from proxy.%I(v_cell, %s) as r'
                    ' where r.fault is null or proxy.refuse(r.fault);\n',
                    replace(f.taken, 'r.next_cursor', 'proxy.write_chain(v_cell, r.next_cursor)'),
                    f.name,
                    replace(f.argument_names, 'p_cursor', 'v_cursor')
                )
        when 'merge' then format(
            E'%s    with q as materialized (\n'
            '        select * from proxy.%I_each(%s)\n'
            '    ), r as materialized (\n'
            '        select r.* from q as r\n'
            '        where r.fault is null or proxy.is_refused(\n'
            '            r.fault, (select count(*) from q as f where f.fault is not null),'
            ' v_cells\n'
            '        )\n'
            '    )\n'
            '    %s%s;\n%s',
            case when f.is_composite then '' else E'    return query\n' end,
            f.name, h.to_each,
            format(f.arg, f.taken),
            case when f.is_composite then ' into v_answer' else '' end,
            case when f.is_composite then E'    return v_answer;\n' else '' end
        )
    end as body
from functions as f
inner join heads as h on f.oid = h.oid;

-- Composite types first.
select
    format('%s.%s', n.nspname, t.typname) as name,
    null as on_cell,
    format(
        E'create schema if not exists %1$I authorization cuenta_owner;\n'
        'create type %1$I.%2$I as (%3$s);\n',
        n.nspname, t.typname,
        (
            select
                string_agg(
                    format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                    order by a.attnum
                )
            from pg_catalog.pg_attribute as a
            where
                a.attrelid = t.typrelid
                and a.attnum > 0
                and not a.attisdropped
        )
    ) as on_proxy
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on t.typnamespace = n.oid
where
    t.oid in (
        select p.prorettype
        from pg_catalog.pg_proc as p
        inner join pg_catalog.pg_type as c on p.prorettype = c.oid
        where
            p.pronamespace = 'api'::regnamespace
            and c.typtype = 'c'
    )
union all
select
    f.name,
    case
        when f.is_procedure or f.name = 'receive_webhook' then null
        else format(
            E'create function cell.%1$I(%2$s) returns table (%3$s, cell integer, place bigint,'
            ' fault jsonb)\n'
            'language plpgsql %4$s set search_path = pg_catalog, pg_temp as $cell$\n'
            '#variable_conflict use_variable\n'
            'declare\n    v_state text; v_message text; v_detail text; v_hint text; v_code text;\n'
            'begin\n%5$s    return query select %6$s, cell.number(), %7$s, null::jsonb from'
            ' api.%1$I(%8$s) as r;\n'
            'exception when others then\n'
            '    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,'
            ' v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_code ='
            ' constraint_name;\n'
            '    return query select %9$s, cell.number(), 0::bigint,'
            ' cell.write_fault(v_state, v_message, v_detail, v_hint, v_code);\n'
            'end;\n$cell$;\n',
            f.name,
            concat_ws(', ', case when f.is_drawn then 'p_seed text' end, f.argument_definitions),
            f.column_definitions,
            f.volatility,
            case
                when f.is_drawn
                    then E'    perform set_config(''cuenta.seed'', p_seed, true);\n'
                else ''
            end,
            f.from_cell,
            case
                when
                    f.way in ('page', 'look', 'merge')
                    or f.name in ('list_payout_runs', 'list_api_keys', 'verify_seals')
                    then 'row_number() over ()'
                else '0::bigint'
            end,
            f.to_api,
            f.nulls
        )
    end,
    case
        when f.way = 'copy'
            then format(
                E'create or replace procedure api.%I(%s) language plpgsql as $copy$%s$copy$;\n'
                'comment on procedure api.%I is %L;\n',
                f.name, f.arguments, f.prosrc, f.name, f.comment
            )
        when
            f.way = 'fixed'
            then format(E'comment on function api.%I(%s) is %L;\n', f.name, f.signature, f.comment)
        else concat(
            case
                when f.way not in ('look', 'page') or f.unless is not null
                    then format(
                        E'create function proxy.%1$I(%2$s) returns table (%3$s, cell integer,'
                        ' place bigint, fault jsonb)\n'
                        'language plproxy as $proxy$\n    cluster ''cuenta'';\n    run on p_cell;\n'
                        '    select %4$s, r.cell, r.place, r.fault from cell.%1$I(%5$s) as'
                        ' r;\n$proxy$;\n',
                        f.name,
                        concat_ws(
                            ', ', 'p_cell integer', case when f.is_drawn then 'p_seed text' end,
                            f.argument_definitions
                        ),
                        f.column_definitions,
                        f.taken,
                        concat_ws(', ', case when f.is_drawn then 'p_seed' end, f.argument_names)
                    )
            end,
            case
                when f.way in ('look', 'page', 'merge')
                    then format(
                        E'create function proxy.%1$I_each(%2$s) returns table (%3$s, cell'
                        ' integer, place bigint, fault jsonb)\n'
                        'language plproxy as $proxy$\n    cluster ''cuenta'';\n    split %4$s;\n '
                        '   run on p_cells;\n'
                        '    select %5$s, r.cell, r.place, r.fault from cell.%6$I(%7$s) as'
                        ' r;\n$proxy$;\n',
                        f.name,
                        concat_ws(
                            ', ', 'p_cells integer[]',
                            case when f.way = 'page' then 'p_cursors text[]' end,
                            case when f.is_drawn then 'p_seed text' end,
                            case
                                when f.way = 'page' then f.own_argument_definitions
                                else f.argument_definitions
                            end
                        ),
                        f.column_definitions,
                        case when f.way = 'page' then 'p_cells, p_cursors' else 'p_cells' end,
                        f.taken,
                        f.name,
                        concat_ws(
                            ', ',
                            case when f.is_drawn then 'p_seed' end,
                            case
                                when f.way = 'page'
                                    then replace(f.argument_names, 'p_cursor', '(p_cursors)[1]')
                                else f.argument_names
                            end
                        )
                    )
            end,
            h.head,
            E'declare\n    v_fault text;\n',
            case
                when f.way in ('look', 'page', 'merge')
                    then format(E'    v_cells integer[] := %s;\n', h.cells)
            end,
            case when f.is_spared then E'    v_away integer[];\n' end,
            case when f.is_drawn then E'    v_seed constant text := proxy.draw_seed();\n' end,
            case when f.is_composite then format(E'    v_answer %s;\n', f.result) end,
            case when f.way = 'fill' then format(E'    v_left integer := %s;\n', f.arg) end,
            case
                when f.way in ('page', 'chain', 'fill')
                    then
                        E'    v_cell integer;\n    v_cursor text;\n    v_cursors text[];\n'
                        '    v_rows integer := 0;\n'
            end,
            E'begin\n',
            h.writable,
            -- What all cells are to have alike they are told in one order.
            case
                when f.volatility = 'volatile' and f.arg like '%order by r.cell limit 1'
                    then E'    perform pg_advisory_xact_lock(hashtext(''cuenta platform''));\n'
            end,
            case
                when f.has_payees and f.way = 'merge'
                    then E'    perform proxy.require_payees(p_restaurant_ids);\n'
            end,
            case
                when f.is_spared
                    then
                        E'    v_away := proxy.cells_away(v_cells);\n'
                        '    v_cells := proxy.cells_but(v_cells, v_away);\n'
            end,
            case
                when f.unless is not null
                    then format(
                        E'    if %s is not null then\n%s%s    end if;\n',
                        f.unless,
                        format(h.one, format('proxy.hash_restaurant(%s)', f.unless)),
                        case when f.is_composite then '' else E'    return;\n' end
                    )
            end,
            b.body,
            h.tail
        )
    end || coalesce(f.grants, '')
from functions as f
inner join heads as h on f.oid = h.oid
inner join bodies as b on f.oid = b.oid;
