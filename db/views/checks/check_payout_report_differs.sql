create or replace view reporting.check_payout_report_differs
with (security_barrier) as
with told as (
    select
        v.restaurant_id,
        v.currency,
        v.event_no,
        v.event_id,
        v.event_type,
        v.payout_id,
        v.occurred_at,
        coalesce(v.subject_state, 'NEW') as subject_state,
        t.reported_state,
        t.state_rank
    from ledger.audited_events as v
    inner join ledger.event_types as t on v.event_type = t.event_type
    inner join ledger.payouts as p
        on v.restaurant_id = p.restaurant_id and v.payout_id = p.payout_id
    inner join ledger.audited_accounts as a
        on p.restaurant_id = a.restaurant_id and p.currency = a.currency
    cross join ledger.platform_settings as s
    where
        t.subject = 'payout'
        -- All reports of an older payout are looked at when everything is.
        and p.reserve_entry_seq > a.after_seq
        and v.event_no > s.payments_since_no
)

select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format(
        '%s found payout %s %s; the reports before it leave it %s',
        d.event_type, d.payout_id, d.subject_state, d.status
    ) as finding
from (
    select
        v.*,
        coalesce(
            v.states[cardinality(v.states)],
            'CREATED'
        ) as status
    from (
        select
            x.*,
            array_agg(x.reported_state) filter (
                where x.reported_state is not null and x.subject_state <> 'OVERTAKEN'
            ) over payout as states,
            max(x.occurred_at) filter (
                where x.reported_state = 'PAID' and x.subject_state <> 'OVERTAKEN'
            ) over payout as paid_at,
            max(x.occurred_at) filter (
                where x.reported_state = 'FAILED' and x.subject_state <> 'OVERTAKEN'
            ) over payout as failed_at,
            max(x.occurred_at) filter (
                where x.reported_state = 'CANCELED' and x.subject_state <> 'OVERTAKEN'
            ) over payout as canceled_at
        from told as x
        window payout as (
            partition by x.restaurant_id, x.payout_id
            order by x.event_no
            rows between unbounded preceding and 1 preceding
        )
    ) as v
) as d
left join (
    select
        u.reported_state,
        max(u.state_rank) as state_rank
    from ledger.event_types as u
    where u.subject = 'payout'
    group by u.reported_state
) as r on d.status = r.reported_state
where
    d.subject_state <> case
        when
            d.status <> d.reported_state
            and (d.occurred_at, d.state_rank) < (
                case d.status
                    when 'PAID' then d.paid_at
                    when 'FAILED' then d.failed_at
                    when 'CANCELED' then d.canceled_at
                end,
                r.state_rank
            )
            then 'OVERTAKEN'
        else d.status
    end;

comment on view reporting.check_payout_report_differs is
'error: A report about a payout was decided in another state than the reports before it leave. '
'Reason: A payout goes from CREATED to what is reported of it, told apart by when it happened; '
'what a report posts depends on that. It is decided again here, from the reports. Remedy: Compare '
'the payout''s events with a backup; the rule that was followed is that of the state kept.';
comment on column reporting.check_payout_report_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_report_differs.currency is
'The currency.';
comment on column reporting.check_payout_report_differs.reference is
'What to look up.';
comment on column reporting.check_payout_report_differs.finding is
'What was found, in words and figures.';
