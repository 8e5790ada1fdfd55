-- The chart of accounts and movements, as data. A new kind of event is rows in a migration.

create table ledger.currencies (
    currency text not null,
    numeric_code text not null,
    exponent smallint not null,
    name text not null,
    constraint currencies_pkey primary key (currency),
    constraint currencies_numeric_code_key unique (numeric_code),
    constraint currencies_currency_format_check check (currency ~ '^[A-Z]{3}$'),
    constraint currencies_numeric_code_format_check check (numeric_code ~ '^[0-9]{3}$'),
    constraint currencies_exponent_range_check check (exponent between 0 and 4)
);
comment on table ledger.currencies is
'Currencies of ISO 4217 in which money can be taken. Amounts everywhere are integers in minor '
'units.';
comment on column ledger.currencies.exponent is
'Decimal places of the minor unit: 2 means that 100 minor units are one major unit.';

create table ledger.accounts (
    account text not null,
    account_class text not null,
    normal_side text not null,
    is_of_restaurant boolean not null,
    description text not null,
    constraint accounts_pkey primary key (account),
    constraint accounts_class_known_check
    check (account_class in ('asset', 'liability', 'revenue', 'expense')),
    constraint accounts_normal_side_known_check check (normal_side in ('debit', 'credit'))
);
comment on table ledger.accounts is
'Chart of accounts. An account of restaurants exists once per restaurant and currency, one of the '
'platform once per currency.';
comment on column ledger.accounts.normal_side is
'The side on which the account grows; its balance is shown positive on that side.';

create table ledger.entry_types (
    entry_type text not null,
    debit_account text not null,
    credit_account text not null,
    balance_effect smallint not null generated always as (
        case 'restaurant_available' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    reserved_effect smallint not null generated always as (
        case 'restaurant_reserved' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    held_effect smallint not null generated always as (
        case 'restaurant_held' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    payout_item text,
    may_be_pending boolean not null default false,
    description text not null,
    constraint entry_types_pkey primary key (entry_type),
    constraint entry_types_effects_key unique (entry_type, balance_effect, reserved_effect),
    constraint entry_types_debit_account_fkey
    foreign key (debit_account) references ledger.accounts (account),
    constraint entry_types_credit_account_fkey
    foreign key (credit_account) references ledger.accounts (account),
    constraint entry_types_two_accounts_check check (debit_account <> credit_account)
);
comment on table ledger.entry_types is
'Chart of movements: which account an entry of this type debits and which it credits.';
comment on column ledger.entry_types.balance_effect is
'What one minor unit does to the restaurant''s balance (restaurant_available): 1, -1 or 0.';
comment on column ledger.entry_types.reserved_effect is
'What one minor unit does to the money reserved for payouts: 1, -1 or 0.';
comment on column ledger.entry_types.held_effect is
'What one minor unit does to the money held back for disputes: 1, -1 or 0.';
comment on column ledger.entry_types.may_be_pending is
'Whether entries of this type wait for their available_on: money in and its fee. Money out never '
'does, whatever the clock or the restaurant''s time zone say later.';
comment on column ledger.entry_types.payout_item is
'The payout item under which entries of this type are summed; null: never inside a payout''s days.';

create table ledger.event_types (
    event_type text not null,
    payout_status text,
    description text not null,
    constraint event_types_pkey primary key (event_type),
    constraint event_types_payout_status_known_check check (payout_status in ('PAID', 'FAILED'))
);
comment on table ledger.event_types is 'Kinds of processor events that cuenta understands.';
comment on column ledger.event_types.payout_status is
'The status that the event reports for a payout of ours; null when it is not about a payout.';

create table ledger.posting_rules (
    event_type text not null,
    payout_status text not null default 'NONE',
    amount_entry text not null,
    amount_balance_effect smallint not null,
    amount_reserved_effect smallint not null,
    fee_entry text,
    fee_balance_effect smallint,
    fee_reserved_effect smallint,
    is_delayed boolean not null,
    constraint posting_rules_pkey primary key (event_type, payout_status),
    constraint posting_rules_event_type_fkey
    foreign key (event_type) references ledger.event_types (event_type),
    constraint posting_rules_amount_entry_fkey
    foreign key (amount_entry, amount_balance_effect, amount_reserved_effect)
    references ledger.entry_types (entry_type, balance_effect, reserved_effect),
    constraint posting_rules_fee_entry_fkey
    foreign key (fee_entry, fee_balance_effect, fee_reserved_effect)
    references ledger.entry_types (entry_type, balance_effect, reserved_effect)
    match full,
    constraint posting_rules_payout_status_known_check
    check (payout_status in ('NONE', 'CREATED', 'PAID', 'FAILED', 'CANCELED'))
);
comment on table ledger.posting_rules is
'What an event posts: one row per event type (and state of the payout it is about), so that the '
'posting path reads a rule with one index look-up.';
comment on column ledger.posting_rules.payout_status is
'The payout''s status before the event; NONE for events that are not about a payout.';
comment on column ledger.posting_rules.amount_entry is
'The entry type posted with the event''s amount.';
comment on column ledger.posting_rules.fee_entry is
'The entry type posted with its fee, after the other; null: the event may have no fee.';
comment on column ledger.posting_rules.amount_balance_effect is
'Effects are those of the entry type, held equal by the foreign keys, here to spare a join.';
comment on column ledger.posting_rules.is_delayed is
'Whether the restaurant''s settlement delay applies: true for money in and the fee that goes with '
'it.';

create table ledger.rejection_reasons (
    code text not null,
    field text,
    message text not null,
    constraint rejection_reasons_pkey primary key (code)
);
comment on table ledger.rejection_reasons is
'Why an event may post nothing: what is said with each code (%s: the field that is missing), and '
'the field that is wrong.';
