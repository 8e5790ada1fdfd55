-- The movements and events that cuenta knows.

insert into ledger.accounts (account, account_class, normal_side, is_of_restaurant, description)
values
('processor_clearing', 'asset', 'debit', false, 'Money that the processor holds for the platform'),
('restaurant_available', 'liability', 'credit', true, 'Owed to the restaurant, matured or not'),
('restaurant_reserved', 'liability', 'credit', true, 'Owed to the restaurant, in payouts'),
('processor_fees', 'revenue', 'credit', false, 'Fees taken from restaurants for processing');

insert into ledger.entry_types (
    entry_type, debit_account, credit_account, payout_item, may_be_pending, description
)
values
(
    'CHARGE', 'processor_clearing', 'restaurant_available', 'gross_sales', true,
    'A guest has paid'
),
(
    'FEE', 'restaurant_available', 'processor_fees', 'fees', true,
    'The fee of a charge'
),
(
    'REFUND', 'restaurant_available', 'processor_clearing', 'refunds', false,
    'A guest gets money back; the fee is kept'
),
(
    'PAYOUT_RESERVE', 'restaurant_available', 'restaurant_reserved', null, false,
    'A payout is under way'
),
(
    'PAYOUT_RELEASE', 'restaurant_reserved', 'processor_clearing', null, false,
    'A payout has been paid'
),
(
    'PAYOUT_FAILURE', 'restaurant_reserved', 'restaurant_available', 'payout_failures', false,
    'A payout under way has failed'
),
(
    'PAYOUT_RETURN', 'processor_clearing', 'restaurant_available', 'payout_returns', false,
    'The bank has sent a paid payout back'
);

insert into ledger.event_types (event_type, payout_status, description)
values
('charge_succeeded', null, 'A guest''s payment has succeeded; the fee is what the processor keeps'),
('refund_succeeded', null, 'Money has been given back to a guest'),
('payout_paid', 'PAID', 'A payout of ours has reached the restaurant''s bank'),
('payout_failed', 'FAILED', 'A payout of ours has failed, or was sent back after it had been paid');

insert into ledger.posting_rules (
    event_type, payout_status,
    amount_entry, amount_balance_effect, amount_reserved_effect,
    fee_entry, fee_balance_effect, fee_reserved_effect,
    is_delayed
)
select
    r.event_type,
    r.payout_status,
    a.entry_type,
    a.balance_effect,
    a.reserved_effect,
    f.entry_type as fee_entry,
    f.balance_effect as fee_balance_effect,
    f.reserved_effect as fee_reserved_effect,
    r.is_delayed
from (
    values
    ('charge_succeeded', 'NONE', 'CHARGE', 'FEE', true),
    ('refund_succeeded', 'NONE', 'REFUND', null, false),
    ('payout_paid', 'CREATED', 'PAYOUT_RELEASE', null, false),
    ('payout_failed', 'CREATED', 'PAYOUT_FAILURE', null, false),
    ('payout_failed', 'PAID', 'PAYOUT_RETURN', null, false)
) as r (event_type, payout_status, amount_entry, fee_entry, is_delayed)
inner join ledger.entry_types as a on r.amount_entry = a.entry_type
left join ledger.entry_types as f on r.fee_entry = f.entry_type;

insert into ledger.rejection_reasons (code, field, message)
values
('EVENT_NOT_OBJECT', null, 'an event is a JSON object'),
('FIELD_MISSING', null, 'the field %s is missing'),
(
    'PROVIDER_INVALID', 'provider',
    'provider must be a string of 1 to 64 visible ASCII characters, none of them " or \'
),
(
    'EVENT_ID_INVALID', 'event_id',
    'event_id must be a string of 1 to 128 visible ASCII characters, none of them " or \'
),
('EVENT_TYPE_INVALID', 'event_type', 'event_type must be a string'),
('EVENT_TYPE_UNKNOWN', 'event_type', 'event_type is none that cuenta knows'),
(
    'RESTAURANT_ID_INVALID', 'restaurant_id',
    'restaurant_id must be 1 to 64 letters, digits or . _ : -, the first a letter or digit'
),
('CURRENCY_INVALID', 'currency', 'currency must be the three letters of an ISO 4217 code'),
('CURRENCY_UNKNOWN', 'currency', 'currency is none of ISO 4217'),
(
    'AMOUNT_INVALID', 'amount',
    'amount must be an integer of minor units from 1 to 9007199254740991'
),
('FEE_INVALID', 'fee', 'fee must be an integer of minor units from 0 to 9007199254740991'),
('FEE_NOT_ALLOWED', 'fee', 'a fee on this event_type would post nothing'),
(
    'OCCURRED_AT_INVALID', 'occurred_at',
    'occurred_at must be a date and time of ISO 8601 with an offset, as 2025-12-30T10:00:00Z'
),
('OCCURRED_AT_IN_FUTURE', 'occurred_at', 'occurred_at lies more than 5 minutes ahead'),
('METADATA_INVALID', 'metadata', 'metadata must be a JSON object'),
(
    'BALANCE_OUT_OF_RANGE', 'amount',
    'the balance would leave the range of -(2^53 - 1) to 2^53 - 1'
),
('PAYOUT_NOT_FOUND', 'payout_id', 'no payout has this payout_id'),
('PAYOUT_MISMATCH', 'payout_id', 'the payout is of another restaurant, currency or amount'),
('PAYOUT_STATE_CONFLICT', 'payout_id', 'the payout cannot go from its state to the one reported'),
('EVENT_ID_REUSED', 'event_id', 'this event_id was used before with other content');
