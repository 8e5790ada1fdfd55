create or replace view reporting.check_recorded_at_differs
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        'was recorded at %s, the entry before it at %s, and %s at %s',
        e.recorded_at, e.recorded_before,
        coalesce('event ' || v.event_id || ' was received', 'payout ' || p.payout_id || ' made'),
        coalesce(v.received_at, p.created_at)
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        x.event_no,
        x.payout_id,
        x.recorded_at,
        lag(x.recorded_at, 1, a.recorded_before) over (
            partition by x.restaurant_id, x.currency order by x.entry_seq
        ) as recorded_before
    from ledger.audited_entries as x
    inner join ledger.audited_accounts as a
        on x.restaurant_id = a.restaurant_id and x.currency = a.currency
) as e
left join ledger.processor_events as v
    on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
left join ledger.event_types as t on v.event_type = t.event_type
left join ledger.payouts as p
    on
        e.restaurant_id = p.restaurant_id
        and e.payout_id = p.payout_id
        and e.event_no is null
left join ledger.event_acceptances as c
    on v.restaurant_id = c.restaurant_id and v.event_no = c.event_no
cross join
    lateral (
        -- These may have waited, and the clock may have been set back meanwhile.
        select
            c.event_no is not null
            or (
                coalesce(t.origin, 'operator') = 'processor'
                and coalesce(t.subject, 'none') not in ('payout', 'payment')
            ) as may_wait
    ) as w
where
    e.recorded_at
    < coalesce(v.received_at, p.created_at)
    - case when w.may_wait then interval '1 hour' else interval '0' end
    or (
        e.recorded_at > greatest(coalesce(v.received_at, p.created_at), e.recorded_before)
        and not w.may_wait
    );

comment on view reporting.check_recorded_at_differs is
'error: An entry was not recorded when its event was received. Reason: An entry is recorded when '
'its event is, and never before the entry before it; only an event that had waited, or that a '
'person accepted, is older than its entries. Remedy: Compare the entry and its event with a '
'backup.';
comment on column reporting.check_recorded_at_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_recorded_at_differs.currency is
'The currency.';
comment on column reporting.check_recorded_at_differs.reference is
'What to look up.';
comment on column reporting.check_recorded_at_differs.finding is
'What was found, in words and figures.';
