create or replace function ledger.measure_runs(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_runs(1)
 *     Metrics of payout runs, their queue and their schedules.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Reads:  ledger.payout_runs, ledger.payout_schedules, reporting.payout_runs
 */
with states as (
    select
        s.state,
        count(r.run_id) as runs,
        coalesce(extract(epoch from p_now - min(r.started_at)), 0) as age
    from (values ('queued'), ('running'), ('retrying'), ('dead')) as s (state)
    left join reporting.payout_runs as r on s.state = r.state and r.finished_at is null
    group by s.state
)

select
    m.name,
    jsonb_build_object('state', s.state),
    m.value
from states as s
cross join lateral (
    values
    ('cuenta_payout_runs_open', s.runs),
    ('cuenta_payout_runs_oldest_age_seconds', s.age)
) as m (name, value)
union all
select
    'cuenta_payout_run_finished_timestamp_seconds',
    jsonb_build_object('currency', r.currency),
    extract(epoch from max(r.finished_at))
from (
    select
        n.currency,
        n.finished_at
    from ledger.payout_runs as n
    order by
        n.started_at desc,
        n.run_id desc
    limit 1000
) as r
group by r.currency
union all
select
    'cuenta_payout_schedules',
    jsonb_build_object('state', t.state),
    count(s.schedule_id)
from (values ('active'), ('failing'), ('inactive')) as t (state)
left join ledger.payout_schedules as s on
    t.state = case
        when not s.is_active then 'inactive'
        when s.error is not null then 'failing'
        else 'active'
    end
group by t.state
union all
select
    'cuenta_payout_schedule_lag_seconds',
    '{}',
    greatest(coalesce(extract(epoch from p_now - min(s.next_due_at)), 0), 0)
from ledger.payout_schedules as s
where s.next_due_at is not null;
$function$;

comment on function ledger.measure_runs(timestamptz)
is 'Metrics of payout runs, their queue and their schedules.';
