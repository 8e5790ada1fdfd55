create or replace view reporting.holds
with (security_barrier) as
select
    e.event_id as hold_id,
    e.restaurant_id,
    e.currency,
    e.amount,
    e.amount - coalesce(r.remaining, e.amount) as released,
    coalesce(r.remaining, e.amount) as remaining,
    coalesce(r.remaining, e.amount) > 0 as is_open,
    e.payload ->> 'reason' as reason,
    e.payload ->> 'actor' as actor,
    e.event_no,
    e.occurred_at as held_at,
    r.released_at
from ledger.holdings as h
inner join ledger.processor_events as e
    on h.restaurant_id = e.restaurant_id and h.event_no = e.event_no
left join lateral (
    select
        e.amount + sum(t.held_effect * l.amount::numeric) as remaining,
        max(v.occurred_at) as released_at
    from ledger.event_links as a
    inner join ledger.processor_events as v
        on a.restaurant_id = v.restaurant_id and a.event_no = v.event_no
    inner join ledger.ledger_entries as l
        on
            v.restaurant_id = l.restaurant_id
            and v.currency = l.currency
            and v.first_entry_seq <= l.entry_seq
            and v.first_entry_seq + v.entry_count > l.entry_seq
    inner join ledger.entry_types as t on l.entry_type = t.entry_type
    where a.restaurant_id = h.restaurant_id and a.about_event_no = h.event_no
) as r on true
where h.event_type = 'funds_held';

comment on view reporting.holds is
'Money that people hold back, and what they have released of it. Amounts are in minor units of the '
'currency.';
comment on column reporting.holds.hold_id is 'The reference under which it was held.';
comment on column reporting.holds.restaurant_id is 'Whose money it is.';
comment on column reporting.holds.currency is 'The currency.';
comment on column reporting.holds.amount is 'What was held back.';
comment on column reporting.holds.released is 'What was released of it.';
comment on column reporting.holds.remaining is 'What is still held back.';
comment on column reporting.holds.is_open is 'Whether anything is.';
comment on column reporting.holds.reason is 'Why, in words.';
comment on column reporting.holds.actor is 'Who holds it.';
comment on column reporting.holds.event_no is
'Internal number of its event: later ones have greater ones.';
comment on column reporting.holds.held_at is 'Since when.';
comment on column reporting.holds.released_at is
'When something of it was released last; null: never.';
