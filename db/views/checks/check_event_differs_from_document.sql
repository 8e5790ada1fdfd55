create or replace view reporting.check_event_differs_from_document
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'differs in %s from its document, which says %s',
        concat_ws(
            ', ',
            case when v.provider <> d.provider then 'provider' end,
            case when v.event_id is distinct from d.event_id then 'event_id' end,
            case when v.event_type is distinct from d.event_type then 'event_type' end,
            case when v.restaurant_id is distinct from d.restaurant_id then 'restaurant_id' end,
            case when v.currency is distinct from d.currency then 'currency' end,
            case when to_jsonb(v.amount) is distinct from d.amount then 'amount' end,
            case when to_jsonb(v.fee) <> d.fee then 'fee' end,
            case when v.occurred_at is distinct from d.occurred_at then 'occurred_at' end,
            case when d.is_of_operator <> (t.origin = 'operator') then 'origin' end
        ),
        left((v.payload - 'metadata')::text, 300)
    ) as finding
from ledger.audited_events as v
cross join ledger.platform_settings as s
left join ledger.event_types as t on v.event_type = t.event_type
cross join
    lateral (
        select
            coalesce(v.payload ->> 'provider', 'default') as provider,
            v.payload ->> 'event_id' as event_id,
            v.payload ->> 'event_type' as event_type,
            v.payload ->> 'restaurant_id' as restaurant_id,
            upper((v.payload ->> 'currency') collate "C") as currency,
            v.payload -> 'amount' as amount,
            coalesce(v.payload -> 'fee', '0') as fee,
            case
                when v.payload ->> 'occurred_at' like '____-__-__%__:__%'
                    then ledger.read_time(v.payload ->> 'occurred_at')
            end as occurred_at,
            -- Before that, a processor could call itself so.
            v.provider = 'operator' and v.event_no > s.payments_since_no as is_of_operator
    ) as d
where
    (v.provider, v.event_id, v.event_type, v.restaurant_id, v.currency)
    is distinct from (d.provider, d.event_id, d.event_type, d.restaurant_id, d.currency)
    or to_jsonb(v.amount) is distinct from d.amount
    or to_jsonb(v.fee) <> d.fee
    or v.occurred_at is distinct from d.occurred_at
    or (d.is_of_operator <> (t.origin = 'operator') and v.event_no > s.payments_since_no);

comment on view reporting.check_event_differs_from_document is
'error: An event is not what its document says. Reason: The columns of an event are read from the '
'document as it was received, and both are kept: whoever changes one of them changes the other, '
'too, or is found. Remedy: Compare with a backup and with what the processor says. The document '
'is what was received; the entries follow the columns.';
comment on column reporting.check_event_differs_from_document.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_differs_from_document.currency is
'The currency.';
comment on column reporting.check_event_differs_from_document.reference is
'What to look up.';
comment on column reporting.check_event_differs_from_document.finding is
'What was found, in words and figures.';
