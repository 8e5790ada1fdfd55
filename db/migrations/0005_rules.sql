-- The movements and events that cuenta knows.

insert into ledger.accounts (account, account_class, normal_side, is_of_restaurant, description)
values
('processor_clearing', 'asset', 'debit', false, 'Money that the processor holds for the platform'),
('restaurant_available', 'liability', 'credit', true, 'Owed to the restaurant, matured or not'),
('restaurant_reserved', 'liability', 'credit', true, 'Owed to the restaurant, in payouts'),
('processor_fees', 'revenue', 'credit', false, 'Fees taken from restaurants for processing');

insert into ledger.entry_types (
    entry_type, debit_account, credit_account, payout_item, description
)
values
(
    'CHARGE', 'processor_clearing', 'restaurant_available', 'gross_sales',
    'A guest has paid'
),
(
    'FEE', 'restaurant_available', 'processor_fees', 'fees',
    'The fee of a charge'
),
(
    'REFUND', 'restaurant_available', 'processor_clearing', 'refunds',
    'A guest gets money back; the fee is kept'
),
(
    'PAYOUT_RESERVE', 'restaurant_available', 'restaurant_reserved', null,
    'A payout is under way'
),
(
    'PAYOUT_RELEASE', 'restaurant_reserved', 'processor_clearing', null,
    'A payout has been paid'
),
(
    'PAYOUT_FAILURE', 'restaurant_reserved', 'restaurant_available', 'payout_failures',
    'A payout under way has failed'
),
(
    'PAYOUT_RETURN', 'processor_clearing', 'restaurant_available', 'payout_returns',
    'The bank has sent a paid payout back'
);

insert into ledger.event_types (event_type, payout_status, description)
values
('charge_succeeded', null, 'A guest''s payment has succeeded; the fee is what the processor keeps'),
('refund_succeeded', null, 'Money has been given back to a guest'),
('payout_paid', 'PAID', 'A payout of ours has reached the restaurant''s bank'),
('payout_failed', 'FAILED', 'A payout of ours has failed, or was sent back after it had been paid');

insert into ledger.posting_rules (
    event_type, payout_status, entry_types, amount_fields, balance_effects, reserved_effects,
    is_delayed
)
select
    r.event_type,
    r.payout_status,
    array_agg(r.entry_type order by r.entry_no),
    array_agg(r.amount_field order by r.entry_no),
    array_agg(t.balance_effect order by r.entry_no),
    array_agg(t.reserved_effect order by r.entry_no),
    bool_or(r.is_delayed)
from (
    values
    ('charge_succeeded', 'NONE', 1, 'CHARGE', 'amount', true),
    ('charge_succeeded', 'NONE', 2, 'FEE', 'fee', true),
    ('refund_succeeded', 'NONE', 1, 'REFUND', 'amount', false),
    ('payout_paid', 'CREATED', 1, 'PAYOUT_RELEASE', 'amount', false),
    ('payout_failed', 'CREATED', 1, 'PAYOUT_FAILURE', 'amount', false),
    ('payout_failed', 'PAID', 1, 'PAYOUT_RETURN', 'amount', false)
) as r (event_type, payout_status, entry_no, entry_type, amount_field, is_delayed)
inner join ledger.entry_types as t on r.entry_type = t.entry_type
group by r.event_type, r.payout_status;
