create or replace view reporting.check_payout_outcome_differs
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'is %s, paid %s, failed %s, canceled %s, for %s; the reports say %s, %s, %s, %s, for %s',
        p.status, coalesce(p.paid_at::text, '-'), coalesce(p.failed_at::text, '-'),
        coalesce(p.canceled_at::text, '-'), coalesce(p.failure_code, 'no code'),
        coalesce(e.status, 'CREATED'), coalesce(e.paid_at::text, '-'),
        coalesce(e.failed_at::text, '-'), coalesce(e.canceled_at::text, '-'),
        coalesce(array_to_string(e.failure_codes, ' or '), 'no code')
    ) as finding
from ledger.audited_payouts as p
inner join ledger.audited_accounts as a
    on p.restaurant_id = a.restaurant_id and p.currency = a.currency
cross join ledger.platform_settings as s
left join (
    select
        v.restaurant_id,
        v.payout_id,
        (array_agg(t.reported_state order by v.event_no desc))[1] as status,
        max(v.occurred_at) filter (where t.reported_state = 'PAID') as paid_at,
        max(v.occurred_at) filter (where t.reported_state = 'FAILED') as failed_at,
        max(v.occurred_at) filter (where t.reported_state = 'CANCELED') as canceled_at,
        array_agg(distinct f.code) filter (where f.code is not null) as failure_codes,
        array_agg(f.reason) filter (where f.reason is not null) as failure_reasons,
        min(v.event_no) as event_no
    from ledger.audited_events as v
    inner join ledger.event_types as t on v.event_type = t.event_type
    cross join
        lateral (
            select
                case t.reported_state
                    when 'FAILED' then ledger.read_note(v.payload, 'failure_code', 64)
                end as code,
                case t.reported_state
                    when 'FAILED'
                        then coalesce(
                            ledger.read_note(v.payload, 'failure_reason', 500),
                            ledger.read_note(v.payload, 'failure_message', 500)
                        )
                end as reason
        ) as f
    where
        t.subject = 'payout'
        and t.reported_state is not null
        and v.subject_state is distinct from 'OVERTAKEN'
    group by v.restaurant_id, v.payout_id
) as e
    on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id
where
    -- All reports of an older payout are looked at when everything is.
    p.reserve_entry_seq > a.after_seq
    and (
        (p.status, p.paid_at, p.failed_at, p.canceled_at)
        is distinct from (coalesce(e.status, 'CREATED'), e.paid_at, e.failed_at, e.canceled_at)
        or (
            -- Codes and reasons of before that were not kept.
            (p.failure_code is not null or e.event_no > s.payments_since_no)
            and (p.failure_code is null) is distinct from (e.failure_codes is null)
        )
        or p.failure_code <> all(e.failure_codes)
        or (
            (p.failure_reason is not null or e.event_no > s.payments_since_no)
            and (p.failure_reason is null) is distinct from (e.failure_reasons is null)
        )
        or p.failure_reason <> all(e.failure_reasons)
    );

comment on view reporting.check_payout_outcome_differs is
'error: A payout''s outcome is not what was reported of it. Reason: Its state, when it came to it '
'and why it failed are told by the reports about it, and by nothing else. Remedy: Compare the '
'payout''s events with the row; the events are what was received. A payout shown PAID that is not '
'is money the restaurant still waits for.';
comment on column reporting.check_payout_outcome_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_outcome_differs.currency is
'The currency.';
comment on column reporting.check_payout_outcome_differs.reference is
'What to look up.';
comment on column reporting.check_payout_outcome_differs.finding is
'What was found, in words and figures.';
