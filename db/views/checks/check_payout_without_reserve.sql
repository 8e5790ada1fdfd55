create or replace view reporting.check_payout_without_reserve
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('entry %s does not reserve its %s', p.reserve_entry_seq, p.amount) as finding
from ledger.audited_payouts as p
where
    not exists (
        select 1
        from ledger.ledger_entries as e
        where
            e.restaurant_id = p.restaurant_id
            and e.currency = p.currency
            and e.entry_seq = p.reserve_entry_seq
            and e.payout_id = p.payout_id
            and e.entry_type = 'PAYOUT_RESERVE'
    );

comment on view reporting.check_payout_without_reserve is
'error: A payout never reserved its money. Reason: Creating a payout moves its amount from '
'available to reserved in the same transaction. Without that the money can be paid twice. '
'Remedy: Pause payouts of the restaurant before anything else. Ask the bank whether this '
'payout was paid.';
comment on column reporting.check_payout_without_reserve.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_without_reserve.currency is
'The currency.';
comment on column reporting.check_payout_without_reserve.reference is
'What to look up.';
comment on column reporting.check_payout_without_reserve.finding is
'What was found, in words and figures.';
