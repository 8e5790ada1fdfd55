/*
 * The views of a proxy, from the catalog of a cell and db/proxy/routes.sql, which is run before in
 * the same session: foreign tables in a schema for each cell, and a view over them, so that what a
 * reader asks for is looked up where it is. cuenta.cells are the numbers of the cells.
 */
select
    c.relname as name,
    (
        select
            string_agg(
                format(
                    E'create foreign table cell_%s.%I (%s) server cell_%s'
                    ' options (schema_name ''reporting'', table_name %L);\n',
                    n.cell, c.relname, a.definitions, n.cell, c.relname
                ),
                '' order by n.cell::integer
            )
        from unnest(case r.way when 'any' then m.cells[1:1] else m.cells end) as n (cell)
    )
    || case r.way
        when 'sum'
            then
                format(
                    E'create view reporting.%I as\nselect %s\nfrom (\n%s\n) as r\ngroup by %s;\n',
                    c.relname, a.sums, u.texts, a.keys
                )
        else format(E'create view reporting.%I as\n%s;\n', c.relname, u.texts)
    end
    || format(
        E'alter view reporting.%1$I owner to cuenta_owner;\n'
        'comment on view reporting.%1$I is %2$L;\n'
        'grant select on reporting.%1$I to cuenta_reader;\n',
        c.relname, obj_description(c.oid, 'pg_class')
    ) as on_proxy
from pg_catalog.pg_class as c
inner join view_routes as r on c.relname = r.name
cross join
    lateral (
        select string_to_array(current_setting('cuenta.cells'), ',') as cells
    ) as m
cross join
    lateral (
        select
            string_agg(
                format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                || case a.attcollation
                    when 'pg_catalog."C"'::regcollation then ' collate "C"'
                    else ''
                end,
                ', ' order by a.attnum
            ) as definitions,
            string_agg(quote_ident(a.attname), ', ' order by a.attnum) as names,
            string_agg(
                case
                    when a.atttypid in ('bigint'::regtype, 'numeric'::regtype)
                        then
                            format(
                                'sum(r.%1$I)::%2$s as %1$I',
                                a.attname,
                                format_type(a.atttypid, null)
                            )
                    else format('r.%I', a.attname)
                end,
                ', ' order by a.attnum
            ) as sums,
            string_agg(format('r.%I', a.attname), ', ' order by a.attnum)
            filter (where a.atttypid not in ('bigint'::regtype, 'numeric'::regtype)) as keys
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = c.oid
            and a.attnum > 0
            and not a.attisdropped
    ) as a
cross join
    lateral (
        select
            string_agg(
                format(
                    'select %s from cell_%s.%I',
                    case
                        when r.way = 'union'
                            then concat_ws(
                                ', ',
                                case c.relname
                                    when 'seals'
                                        then
                                            replace(
                                                a.names, 'seal_no',
                                                format('seal_no * 4096 + %s as seal_no', n.cell)
                                            )
                                    when 'kept_webhooks'
                                        then
                                            replace(
                                                a.names, 'webhook_no',
                                                format(
                                                    'webhook_no * 4096 + %s as webhook_no', n.cell
                                                )
                                            )
                                    when 'inbox'
                                        then
                                            replace(
                                                a.names, 'rejection_no',
                                                format(
                                                    'rejection_no * 4096 + %s as rejection_no',
                                                    n.cell
                                                )
                                            )
                                    else a.names
                                end,
                                format('%s as cell', n.cell)
                            )
                        else a.names
                    end,
                    n.cell, c.relname
                ),
                E'\nunion all\n' order by n.cell::integer
            ) as texts
        from unnest(case r.way when 'any' then m.cells[1:1] else m.cells end) as n (cell)
    ) as u
where
    c.relnamespace = 'reporting'::regnamespace
    and c.relkind = 'v'
order by c.relname;
