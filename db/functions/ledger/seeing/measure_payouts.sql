create or replace function ledger.measure_payouts(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_payouts(1)
 *     Metrics of payouts that are under way, or that lately came to nothing.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Reads:  ledger.payouts, ledger.platform_settings
 */
with open_payouts as (
    select
        p.currency,
        case
            when p.confirmed_at is not null then 'bank'
            when p.submitted_at is not null then 'disburser'
            else 'nobody'
        end as waits_for,
        count(*) as payouts,
        sum(p.amount) as amount,
        min(p.created_at) as oldest_at,
        count(*) filter (
            where p.created_at < p_now - make_interval(hours => s.payouts_waiting_hours)
        ) as overdue
    from (
        select n.*
        from ledger.payouts as n
        where n.status = 'CREATED'
        order by
            n.as_of,
            n.payout_id
        limit 100000
    ) as p
    cross join ledger.platform_settings as s
    group by
        p.currency,
        waits_for
)

select
    m.name,
    jsonb_build_object('currency', o.currency, 'waits_for', o.waits_for),
    m.value
from open_payouts as o
cross join lateral (
    values
    ('cuenta_payouts_open', o.payouts),
    ('cuenta_payouts_open_minor_units', o.amount),
    ('cuenta_payouts_oldest_age_seconds', extract(epoch from p_now - o.oldest_at)),
    ('cuenta_payouts_overdue', o.overdue)
) as m (name, value)
union all
select
    'cuenta_payouts_unpaid_recent',
    jsonb_build_object('status', s.status),
    n.payouts
from (values ('FAILED'), ('CANCELED')) as s (status)
cross join lateral (
    select count(*) as payouts
    from (
        select
        from ledger.payouts as p
        where
            p.status = s.status
            and p.status <> 'PAID'
            and p.as_of > (p_now at time zone 'UTC')::date - 7
        limit 10000
    ) as p
) as n;
$function$;

comment on function ledger.measure_payouts(timestamptz)
is 'Metrics of payouts that are under way, or that lately came to nothing.';
