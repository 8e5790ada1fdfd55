-- What payouts a restaurant gets, who holds them back, who hands them over, and why they fail.

create table ledger.payout_terms (
    min_amount bigint,
    max_amount bigint,
    payable_unit bigint,
    is_paused boolean not null default false,
    paused_at timestamptz,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    paused_by text,
    paused_reason text,
    constraint payout_terms_pkey primary key (restaurant_id, currency),
    constraint payout_terms_restaurant_id_fkey
    foreign key (restaurant_id) references ledger.restaurants (restaurant_id),
    constraint payout_terms_currency_fkey
    foreign key (currency) references ledger.currencies (currency),
    constraint payout_terms_min_amount_range_check
    check (min_amount between 1 and 9007199254740991),
    constraint payout_terms_max_amount_range_check
    check (max_amount between 1 and 9007199254740991),
    constraint payout_terms_min_not_above_max_check check (min_amount <= max_amount),
    constraint payout_terms_payable_unit_range_check
    check (payable_unit between 1 and 1000000000),
    constraint payout_terms_pause_is_explained_check
    check (
        num_nonnulls(paused_at, paused_by, paused_reason) = case when is_paused then 3 else 0 end
    )
);
comment on table ledger.payout_terms is
'What holds for the payouts of a restaurant in a currency. No row: nothing but the platform''s '
'rules. Changed under the account''s lock, so that a payout run sees it before it pays.';
comment on column ledger.payout_terms.restaurant_id is 'The restaurant.';
comment on column ledger.payout_terms.currency is 'The currency.';
comment on column ledger.payout_terms.min_amount is
'Minor units; a run pays no less than this nor than its own minimum. Null: the run''s alone.';
comment on column ledger.payout_terms.max_amount is
'Minor units; a payout that would be above is skipped, for a person to look at. Null: none.';
comment on column ledger.payout_terms.payable_unit is
'Minor units of which every payout is a multiple. Null: the currency''s.';
comment on column ledger.payout_terms.is_paused is 'Whether payout runs pass it over.';
comment on column ledger.payout_terms.paused_at is 'Since when; null: it is not paused.';
comment on column ledger.payout_terms.paused_by is
'Who paused it: a person, or the processor whose report of a failure did.';
comment on column ledger.payout_terms.paused_reason is 'Why it is paused.';

create table ledger.payout_term_changes (
    change_no bigint not null generated always as identity,
    changed_at timestamptz not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    changed_by text not null,
    reason text,
    old_terms jsonb not null,
    new_terms jsonb not null,
    constraint payout_term_changes_pkey primary key (restaurant_id, currency, change_no),
    constraint payout_term_changes_restaurant_id_fkey
    foreign key (restaurant_id) references ledger.restaurants (restaurant_id)
);
comment on table ledger.payout_term_changes is
'Every change of payout terms: when, by whom, why, from what to what.';
comment on column ledger.payout_term_changes.change_no is 'Internal number.';
comment on column ledger.payout_term_changes.changed_at is 'When it was changed.';
comment on column ledger.payout_term_changes.restaurant_id is 'The restaurant.';
comment on column ledger.payout_term_changes.currency is 'The currency.';
comment on column ledger.payout_term_changes.changed_by is
'Who changed it: a person, or the processor whose report of a failure did.';
comment on column ledger.payout_term_changes.reason is 'Why, if it was said.';
comment on column ledger.payout_term_changes.old_terms is 'What was changed, as it was before.';
comment on column ledger.payout_term_changes.new_terms is 'The same as it was after.';

create table ledger.payout_failure_codes (
    code text collate "C" not null,
    is_permanent boolean not null,
    description text not null,
    what_to_do text not null,
    constraint payout_failure_codes_pkey primary key (code),
    constraint payout_failure_codes_code_format_check check (code ~ '^[A-Za-z0-9_.-]{1,64}$')
);
comment on table ledger.payout_failure_codes is
'Why payouts fail, as processors and banks call it. A code that is not here is taken for a '
'transient one.';
comment on column ledger.payout_failure_codes.code is
'The code, compared without regard to case.';
comment on column ledger.payout_failure_codes.is_permanent is
'Whether the next payout would fail, too: then the restaurant''s payouts in that currency are '
'paused until somebody resumes them.';
comment on column ledger.payout_failure_codes.description is 'What it means, in a sentence.';
comment on column ledger.payout_failure_codes.what_to_do is 'What a person does then.';

-- Two tables of a handful of rows, which are looked at in no time.
alter table ledger.currencies
add column payable_unit bigint not null default 1,
-- squawk-ignore constraint-missing-not-valid
add constraint currencies_payable_unit_range_check
check (payable_unit between 1 and 1000000000);
comment on column ledger.currencies.payable_unit is
'Minor units of which a payout is a multiple, unless the restaurant''s terms say otherwise: banks '
'move no less.';

alter table ledger.platform_settings
add column payouts_waiting_hours integer not null default 72,
-- squawk-ignore constraint-missing-not-valid
add constraint platform_settings_payouts_waiting_hours_range_check
check (payouts_waiting_hours between 1 and 8760);
comment on column ledger.platform_settings.payouts_waiting_hours is
'Hours that a payout may be CREATED before somebody should ask where it is.';

alter table ledger.payout_runs
add column overrides_terms boolean not null default false,
add column started_by text,
add column reason text;
comment on column ledger.payout_runs.overrides_terms is
'Whether an operator paid by hand, whatever minimum and maximum the restaurants'' terms say.';
comment on column ledger.payout_runs.started_by is 'Who did, if it was by hand.';
comment on column ledger.payout_runs.reason is 'Why, if it was by hand.';

alter table ledger.payouts
add column submitted_at timestamptz,
add column confirmed_at timestamptz,
add column external_id text collate "C",
add column failure_code text collate "C",
add column submitted_by text,
add column confirmed_by text;
comment on column ledger.payouts.submitted_at is
'When a disburser took it to hand it to the bank or the processor; null: nobody has yet.';
comment on column ledger.payouts.submitted_by is 'Who took it.';
comment on column ledger.payouts.external_id is
'The bank''s or the processor''s own id of it, told with the confirmation and never changed.';
comment on column ledger.payouts.confirmed_at is
'When the disburser confirmed that the bank or the processor has it.';
comment on column ledger.payouts.confirmed_by is 'Who confirmed it.';
comment on column ledger.payouts.failure_code is
'The code of its failure, as the processor says; see ledger.payout_failure_codes.';
