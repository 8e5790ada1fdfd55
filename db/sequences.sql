-- Set every numbering of rows to go on after the rows that are there.
--
--   psql "$DATABASE_URL" -f db/sequences.sql
--
-- A logical replica gets rows and no sequences: this comes before it takes over, see
-- docs/operations.md. Run as a superuser or as cuenta_owner, while nobody writes.
select
    format(
        'select pg_catalog.setval(%L, coalesce(max(t.%I), 1), max(t.%I) is not null) from %s as t',
        pg_get_serial_sequence(a.attrelid::regclass::text, a.attname),
        a.attname,
        a.attname,
        a.attrelid::regclass
    ) as statement
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on a.attrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    a.attidentity <> ''
    and c.relkind in ('r', 'p')
    and n.nspname in ('ledger', 'access', 'inbound', 'outbound')
order by c.oid, a.attnum
\gexec

-- What waits no more keeps its number, too.
select
    pg_catalog.setval(
        'ledger.deferred_events_deferred_no_seq',
        coalesce(max(w.deferred_no), 1),
        max(w.deferred_no) is not null
    )
from ledger.event_deferrals as w;
