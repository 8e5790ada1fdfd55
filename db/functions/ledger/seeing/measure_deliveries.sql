create or replace function ledger.measure_deliveries(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_deliveries(1)
 *     Metrics of webhooks, in and out.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Reads:  outbound.deliveries, outbound.endpoints, inbound.refused_webhooks_seq
 */
with open_ones as (
    select
        s.state,
        coalesce(sum(n.deliveries), 0) as deliveries,
        min(f.oldest_at) as oldest_at
    from outbound.endpoints as e
    right join (values ('pending'), ('failed')) as s (state) on true
    left join lateral (
        select count(*) as deliveries
        from (
            select
            from outbound.deliveries as d
            where d.endpoint_id = e.endpoint_id and d.state = s.state and d.state <> 'delivered'
            limit 10000
        ) as d
    ) as n on true
    left join lateral (
        select min(d.created_at) as oldest_at
        from (
            select o.created_at
            from outbound.deliveries as o
            where o.endpoint_id = e.endpoint_id and o.state = s.state and o.state <> 'delivered'
            order by o.delivery_no
            limit 1000
        ) as d
    ) as f on true
    group by s.state
),

due as (
    select min(f.next_attempt_at) as since
    from outbound.endpoints as e
    cross join lateral (
        select min(d.next_attempt_at) as next_attempt_at
        from outbound.deliveries as d
        where d.endpoint_id = e.endpoint_id and d.state = 'pending'
    ) as f
    where e.disabled_at is null
)

select
    m.name,
    jsonb_build_object('state', o.state),
    m.value
from open_ones as o
cross join lateral (
    values
    ('cuenta_deliveries_open', o.deliveries),
    (
        'cuenta_deliveries_oldest_age_seconds',
        coalesce(extract(epoch from p_now - o.oldest_at), 0)
    )
) as m (name, value)
union all
select
    'cuenta_delivery_lag_seconds',
    '{}',
    greatest(coalesce(extract(epoch from p_now - d.since), 0), 0)
from due as d
union all
select
    'cuenta_deliveries_total',
    '{}',
    coalesce(pg_sequence_last_value('outbound.deliveries_delivery_no_seq'), 0)
union all
select
    'cuenta_webhooks_refused_total',
    '{}',
    coalesce(pg_sequence_last_value('inbound.refused_webhooks_seq'), 0)
union all
select
    'cuenta_webhook_endpoints',
    jsonb_build_object('state', t.state),
    count(e.endpoint_id)
from (values ('enabled'), ('failing'), ('disabled')) as t (state)
left join outbound.endpoints as e on
    t.state = case
        when e.disabled_at is not null then 'disabled'
        when e.failing_since is not null then 'failing'
        else 'enabled'
    end
group by t.state;
$function$;

comment on function ledger.measure_deliveries(timestamptz)
is 'Metrics of webhooks, in and out.';
