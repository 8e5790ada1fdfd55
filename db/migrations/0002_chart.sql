-- The chart of accounts and movements, as data: the rows are files of db/reference, which each
-- deploy merges into these tables. Ids and keys compare by bytes everywhere (collate "C"): what is
-- equal must not depend on a library of the operating system.

create table ledger.currencies (
    currency text collate "C" not null,
    numeric_code text collate "C" not null,
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
comment on column ledger.currencies.currency is 'The three letters of ISO 4217.';
comment on column ledger.currencies.numeric_code is 'The three digits of ISO 4217.';
comment on column ledger.currencies.name is 'Its English name.';
comment on column ledger.currencies.exponent is
'Decimal places of the minor unit: 2 means that 100 minor units are one major unit.';

create table ledger.accounts (
    account text collate "C" not null,
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
comment on column ledger.accounts.account is 'The account''s name.';
comment on column ledger.accounts.account_class is 'asset, liability, revenue or expense.';
comment on column ledger.accounts.is_of_restaurant is
'Whether it exists once per restaurant, or once for the platform.';
comment on column ledger.accounts.description is 'What stands on it, in a sentence.';
comment on column ledger.accounts.normal_side is
'The side on which the account grows; its balance is shown positive on that side.';

create table ledger.entry_types (
    entry_type text collate "C" not null,
    debit_account text collate "C" not null,
    credit_account text collate "C" not null,
    balance_effect smallint not null generated always as (
        case 'restaurant_available' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    reserved_effect smallint not null generated always as (
        case 'restaurant_reserved' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    held_effect smallint not null generated always as (
        case 'restaurant_held' when credit_account then 1 when debit_account then -1 else 0 end
    ) stored,
    payout_item text collate "C",
    may_be_pending boolean not null,
    description text not null,
    constraint entry_types_pkey primary key (entry_type),
    constraint entry_types_effects_key
    unique (entry_type, balance_effect, reserved_effect, held_effect, may_be_pending),
    constraint entry_types_debit_account_fkey
    foreign key (debit_account) references ledger.accounts (account),
    constraint entry_types_credit_account_fkey
    foreign key (credit_account) references ledger.accounts (account),
    constraint entry_types_two_accounts_check check (debit_account <> credit_account)
);
comment on table ledger.entry_types is
'Chart of movements: which account an entry of this type debits and which it credits.';
comment on column ledger.entry_types.entry_type is 'The type''s name, as entries bear it.';
comment on column ledger.entry_types.debit_account is 'The account it debits.';
comment on column ledger.entry_types.credit_account is 'The account it credits.';
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
comment on column ledger.entry_types.description is 'What it stands for, in a sentence.';

create table ledger.event_types (
    event_type text collate "C" not null,
    origin text collate "C" not null,
    subject text collate "C",
    subject_field text collate "C",
    reported_state text collate "C",
    description text not null,
    constraint event_types_pkey primary key (event_type),
    constraint event_types_origin_known_check check (origin in ('processor', 'operator')),
    constraint event_types_subject_known_check check (subject in ('payout')),
    constraint event_types_subject_is_named_check
    check ((subject is null) = (subject_field is null))
);
comment on table ledger.event_types is 'Kinds of events that cuenta understands.';
comment on column ledger.event_types.event_type is 'The type''s name, as events bear it.';
comment on column ledger.event_types.origin is
'Whose events they are: processor, reported to ingest_event; operator, made by functions for '
'people.';
comment on column ledger.event_types.subject is
'The kind of thing such an event is about, whose state decides what it posts; null: about none. '
'ledger.decide_event has one deciding function a subject.';
comment on column ledger.event_types.subject_field is
'The field that names it, at the top of the document or in metadata.';
comment on column ledger.event_types.reported_state is
'The state of the subject that the event reports; null: it reports none.';
comment on column ledger.event_types.description is 'What it says, in a sentence.';

create table ledger.posting_rules (
    event_type text collate "C" not null,
    subject_state text collate "C" not null,
    amount_entry text collate "C",
    amount_balance_effect smallint,
    amount_reserved_effect smallint,
    amount_held_effect smallint,
    fee_entry text collate "C",
    fee_balance_effect smallint,
    fee_reserved_effect smallint,
    fee_held_effect smallint,
    is_delayed boolean not null,
    valid_from timestamptz not null default now(),
    constraint posting_rules_pkey primary key (event_type, subject_state),
    constraint posting_rules_event_type_fkey
    foreign key (event_type) references ledger.event_types (event_type),
    constraint posting_rules_amount_entry_fkey
    foreign key (
        amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect, is_delayed
    )
    references ledger.entry_types (
        entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
    ),
    constraint posting_rules_fee_entry_fkey
    foreign key (fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect, is_delayed)
    references ledger.entry_types (
        entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
    ),
    constraint posting_rules_amount_effects_check
    check (
        num_nulls(
            amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect
        ) in (0, 4)
    ),
    constraint posting_rules_fee_effects_check
    check (
        num_nulls(fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect) in (0, 4)
    ),
    constraint posting_rules_fee_after_amount_check
    check (fee_entry is null or amount_entry is not null),
    constraint posting_rules_fee_of_balance_check
    check (fee_reserved_effect = 0 and fee_held_effect = 0),
    constraint posting_rules_new_posts_check
    check (subject_state <> 'NEW' or amount_entry is not null)
);
comment on table ledger.posting_rules is
'What an event posts: one row per event type and state of its subject, so that the posting path '
'reads a rule with one index look-up. No row for a pair: the event is refused.';
comment on column ledger.posting_rules.event_type is 'The event''s type.';
comment on column ledger.posting_rules.subject_state is
'The subject''s state before the event. NEW: nothing was told of it before, or the event is about '
'none. OVERTAKEN: a later report has settled it.';
comment on column ledger.posting_rules.amount_entry is
'The entry type posted with the event''s amount; null: the event is recorded without effect.';
comment on column ledger.posting_rules.amount_balance_effect is
'The entry type''s effect on the balance; effects are filled in by a trigger and held equal by the '
'foreign keys, here to spare a join.';
comment on column ledger.posting_rules.amount_reserved_effect is
'The entry type''s effect on the reserved money.';
comment on column ledger.posting_rules.amount_held_effect is
'The entry type''s effect on the held money.';
comment on column ledger.posting_rules.fee_entry is
'The entry type posted with its fee, after the other; null: the event may have no fee.';
comment on column ledger.posting_rules.fee_balance_effect is
'The fee''s entry type''s effect on the balance.';
comment on column ledger.posting_rules.fee_reserved_effect is
'The fee''s entry type''s effect on the reserved money.';
comment on column ledger.posting_rules.fee_held_effect is
'The fee''s entry type''s effect on the held money.';
comment on column ledger.posting_rules.is_delayed is
'Whether the restaurant''s settlement delay applies: true for money in and the fee that goes with '
'it.';
comment on column ledger.posting_rules.valid_from is 'Since when the rule is as it is.';

create table ledger.posting_rule_history (
    event_type text collate "C" not null,
    subject_state text collate "C" not null,
    amount_entry text collate "C",
    fee_entry text collate "C",
    is_delayed boolean not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null,
    constraint posting_rule_history_pkey primary key (event_type, subject_state, valid_until)
);
comment on table ledger.posting_rule_history is
'Rules that were replaced or removed, so that an old event can be read by the rules of its time.';
comment on column ledger.posting_rule_history.event_type is 'As in ledger.posting_rules.';
comment on column ledger.posting_rule_history.subject_state is 'As in ledger.posting_rules.';
comment on column ledger.posting_rule_history.amount_entry is 'As in ledger.posting_rules.';
comment on column ledger.posting_rule_history.fee_entry is 'As in ledger.posting_rules.';
comment on column ledger.posting_rule_history.is_delayed is 'As in ledger.posting_rules.';
comment on column ledger.posting_rule_history.valid_from is 'Since when the rule was so.';
comment on column ledger.posting_rule_history.valid_until is 'Until when the rule was so.';

create table ledger.rejection_reasons (
    code text collate "C" not null,
    field text collate "C",
    message text not null,
    constraint rejection_reasons_pkey primary key (code)
);
comment on table ledger.rejection_reasons is
'Why an event may post nothing: what is said with each code (%s: the field that is missing), and '
'the field that is wrong.';
comment on column ledger.rejection_reasons.code is 'The code, as answers bear it.';
comment on column ledger.rejection_reasons.field is 'The field that is wrong, if it is always one.';
comment on column ledger.rejection_reasons.message is
'What is said; %s stands for the field that details name.';
