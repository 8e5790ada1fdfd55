create or replace view reporting.payout_terms
with (security_barrier) as
select
    t.restaurant_id,
    t.currency,
    t.min_amount,
    t.max_amount,
    coalesce(t.payable_unit, c.payable_unit) as payable_unit,
    t.is_paused,
    t.paused_at,
    t.paused_by,
    t.paused_reason
from ledger.payout_terms as t
inner join ledger.currencies as c on t.currency = c.currency;

comment on view reporting.payout_terms is
'What holds for the payouts of a restaurant in a currency, where anything was ever set; '
'set_payout_terms, pause_payouts and resume_payouts change it.';
comment on column reporting.payout_terms.restaurant_id is 'The restaurant.';
comment on column reporting.payout_terms.currency is 'The currency.';
comment on column reporting.payout_terms.min_amount is
'Minor units; a run pays no less than this, nor than its own minimum; null: the run''s alone.';
comment on column reporting.payout_terms.max_amount is
'Minor units; what would be above is skipped, for a person to look at; null: none.';
comment on column reporting.payout_terms.payable_unit is
'Minor units of which every payout is a multiple: the restaurant''s own unit, or the currency''s.';
comment on column reporting.payout_terms.is_paused is
'Whether runs and disbursers pass it over in this currency.';
comment on column reporting.payout_terms.paused_at is 'Since when.';
comment on column reporting.payout_terms.paused_by is
'Who paused it: a person, or the processor whose report of a failure did.';
comment on column reporting.payout_terms.paused_reason is 'Why it is paused.';
