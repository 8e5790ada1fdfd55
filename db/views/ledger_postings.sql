create or replace view reporting.ledger_postings
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    s.side,
    case s.side when 'debit' then t.debit_account else t.credit_account end as account,
    e.amount,
    e.entry_type,
    v.provider,
    v.event_id,
    e.payout_id,
    e.business_day,
    e.settlement_day,
    e.recorded_at
from ledger.ledger_entries as e
inner join ledger.entry_types as t on e.entry_type = t.entry_type
cross join (values ('debit'::text), ('credit'::text)) as s (side)
left join ledger.processor_events as v
    on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no;

comment on view reporting.ledger_postings is
'Every ledger entry as its two legs, one debit and one credit of the same amount: the book as '
'an accountant reads it. The restaurant stands on both legs, also where the account is the '
'platform''s.';
comment on column reporting.ledger_postings.entry_seq is
'Number of the entry within restaurant and currency; its two legs share it.';
comment on column reporting.ledger_postings.side is 'debit or credit.';
comment on column reporting.ledger_postings.account is
'Account of the chart that this leg moves.';
comment on column reporting.ledger_postings.amount is
'Minor units of the currency, always positive.';
comment on column reporting.ledger_postings.event_id is
'The processor''s event that caused the entry; null for the reserve of a payout.';
comment on column reporting.ledger_postings.payout_id is
'The payout that the entry is about, if any.';
comment on column reporting.ledger_postings.business_day is
'The restaurant''s local day on which it happened, less its closing hour.';
comment on column reporting.ledger_postings.settlement_day is
'The day whose payout the entry belongs to.';
comment on column reporting.ledger_postings.restaurant_id is 'The restaurant.';
comment on column reporting.ledger_postings.currency is 'The currency.';
comment on column reporting.ledger_postings.entry_type is
'What was moved: CHARGE, FEE, REFUND, PAYOUT_RESERVE and so on.';
comment on column reporting.ledger_postings.provider is 'The processor whose event caused it.';
comment on column reporting.ledger_postings.recorded_at is
'When it was written here; never before an earlier entry.';
