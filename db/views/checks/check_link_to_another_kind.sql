create or replace view reporting.check_link_to_another_kind
with (security_barrier) as
select
    k.restaurant_id,
    v.currency,
    coalesce(v.event_id, format('event %s', k.event_no)) as reference,
    format(
        '%s in %s is about %s in %s and belongs to %s in %s', coalesce(v.event_type, 'nothing'),
        coalesce(v.currency, '-'), coalesce(a.event_type, 'nothing'), coalesce(a.currency, '-'),
        coalesce(p.event_type, 'nothing'), coalesce(p.currency, '-')
    ) as finding
from ledger.audited_links as k
left join ledger.processor_events as v
    on k.restaurant_id = v.restaurant_id and k.event_no = v.event_no
left join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
left join ledger.processor_events as p
    on k.restaurant_id = p.restaurant_id and k.payment_event_no = p.event_no
left join ledger.event_types as t on v.event_type = t.event_type
where
    k.is_reversal is distinct from (v.event_type = 'event_reversed')
    or (
        k.payment_event_no is not null
        and (p.event_type, p.currency) is distinct from ('charge_succeeded', v.currency)
    )
    or (
        k.about_event_no is not null
        and (a.event_type, a.currency)
        is distinct from (
            case when k.is_reversal then a.event_type else t.first_type end, v.currency
        )
    );

comment on view reporting.check_link_to_another_kind is
'error: An event follows one that it cannot follow. Reason: What belongs to a payment points to '
'its charge, what is about a refund, dispute or hold to the event that first told of it, in the '
'same currency, and only reversals take something back. The sums of payments and holds rest on '
'that. Remedy: Compare the documents of both events, and find what wrote the link around the '
'functions.';
comment on column reporting.check_link_to_another_kind.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_link_to_another_kind.currency is
'The currency.';
comment on column reporting.check_link_to_another_kind.reference is
'What to look up.';
comment on column reporting.check_link_to_another_kind.finding is
'What was found, in words and figures.';
