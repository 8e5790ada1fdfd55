-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_recorded_at_differs
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        'was recorded at %s, the entry before it at %s, and %s at %s',
        e.recorded_at, e.recorded_before,
        coalesce('event ' || e.event_id || ' was received', 'payout ' || p.payout_id || ' made'),
        coalesce(e.received_at, p.created_at)
    ) as finding
from ledger.audited_postings as e
left join ledger.event_types as t on e.event_type = t.event_type
left join
    lateral (
        select y.*
        from ledger.payouts as y
        where
            y.restaurant_id = e.restaurant_id
            and y.payout_id = e.payout_id
            and e.event_no is null
        offset 0  -- noqa: AM09
    ) as p
    on true
left join ledger.event_acceptances as c
    on e.restaurant_id = c.restaurant_id and e.event_no = c.event_no
cross join
    lateral (
        select
            -- These may have waited: only whoever let them go knows when that was.
            coalesce(t.origin, 'operator') = 'processor'
            and coalesce(t.subject, 'none') not in ('payout', 'payment')
            and c.event_no is null as may_have_waited
    ) as w
where
    case
        when e.entry_seq > e.first_entry_seq then e.recorded_at <> e.recorded_before
        when w.may_have_waited then false
        else
            e.recorded_at
            <> greatest(coalesce(c.accepted_at, e.received_at, p.created_at), e.recorded_before)
    end;

comment on view reporting.check_recorded_at_differs is
'error: An entry was not recorded when its event was received. Reason: An entry is recorded when '
'its event is received or accepted, or its payout made, or with the entry before it if the clock '
'was set back since then; both entries of an event at once. When an event was let go that had '
'waited is told by nothing else. Remedy: Compare the entry and its event with a backup.';
comment on column reporting.check_recorded_at_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_recorded_at_differs.currency is
'The currency.';
comment on column reporting.check_recorded_at_differs.reference is
'What to look up.';
comment on column reporting.check_recorded_at_differs.finding is
'What was found, in words and figures.';
