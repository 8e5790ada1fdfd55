create or replace view reporting.check_duplicate_business_content
with (security_barrier) as
select
    v.restaurant_id,
    min(v.currency) as currency,
    min(v.event_id) as reference,
    format(
        '%s events with the same content: %s',
        count(*),
        left(string_agg(v.event_id, ', ' order by v.event_no), 200)
    ) as finding
from ledger.audited_events as v
group by
    v.restaurant_id, v.currency, v.event_type, v.amount, v.fee, v.occurred_at,
    v.payload ->> 'payout_id', v.payload ->> 'payment_id', v.payload ->> 'refund_id',
    v.payload ->> 'dispute_id', v.payload ->> 'hold_id', v.payload ->> 'reversed_event_id',
    coalesce(v.payload -> 'metadata', '{}')
having count(*) > 1;

comment on view reporting.check_duplicate_business_content is
'warning: Two events differ in nothing but their id. Reason: A guest may have been charged '
'twice, or a processor has sent one charge under two ids. Remedy: Ask the processor whether '
'both are real. If not, it refunds one; the events stay.';
comment on column reporting.check_duplicate_business_content.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_duplicate_business_content.currency is
'The currency.';
comment on column reporting.check_duplicate_business_content.reference is
'What to look up.';
comment on column reporting.check_duplicate_business_content.finding is
'What was found, in words and figures.';
