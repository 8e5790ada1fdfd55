create or replace function ledger.measure_integrity()
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_integrity(0)
 *     Metrics of the last audits of each check, of what is new and of everything, and of the seals;
 *     makes none.
 * Returns:
 *     a row a sample
 * Reads:  ledger.integrity_audits, ledger.seals, reporting.integrity_checks
 */
with audits as (
    select
        c.check_name,
        c.severity,
        s.scope,
        a.findings,
        a.audited_at,
        a.duration_ms
    from reporting.integrity_checks as c
    cross join (
        values ('since_seal', false), ('everything', true)
    ) as s (scope, is_everything)
    left join lateral (
        select
            n.findings,
            n.audited_at,
            n.duration_ms
        from ledger.integrity_audits as n
        where n.check_name = c.check_name
            and n.is_everything = s.is_everything
        order by n.audit_no desc
        limit 1
    ) as a on true
)

select
    'cuenta_integrity_findings',
    jsonb_build_object('check', a.check_name, 'severity', a.severity, 'scope', a.scope),
    a.findings::numeric
from audits as a
where a.findings is not null or a.scope = 'since_seal'
union all
select
    m.name,
    '{}',
    m.value
from (
    select
        extract(epoch from min(a.audited_at)) as oldest,
        sum(a.duration_ms) / 1000 as duration,
        count(*) filter (where a.audited_at is null) as unaudited
    from (
        select distinct on (n.check_name)
            n.audited_at,
            n.duration_ms
        from audits as n
        order by n.check_name, n.audited_at desc nulls last
    ) as a
) as t
cross join lateral (
    values
    ('cuenta_integrity_oldest_audit_timestamp_seconds', t.oldest),
    ('cuenta_integrity_audit_duration_seconds', t.duration),
    ('cuenta_integrity_checks_unaudited', t.unaudited)
) as m (name, value)
union all
select
    m.name,
    '{}',
    m.value
from (
    select
        extract(epoch from max(n.sealed_at)) as newest,
        count(*) filter (where n.audited_at is null) as unaudited
    from ledger.seals as n
) as s
cross join lateral (
    values
    ('cuenta_seal_timestamp_seconds', s.newest),
    ('cuenta_seals_unaudited', s.unaudited)
) as m (name, value);
$function$;

comment on function ledger.measure_integrity()
is 'Metrics of the last audits of each check and of the seals; makes none.';
