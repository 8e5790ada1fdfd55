-- The floor's tables, frozen: tables, indexes, constraints and foreign keys of the ledger as they
-- were on 2026-11-22 (commit 2aa22e7), without triggers. They do not follow when the ledger's tables
-- change: a floor that copies them would punish every improvement of them. What is inserted here
-- costs what PostgreSQL itself took for the same rows that day, whatever the ledger looks like now.
create schema floor;
grant usage on schema floor to cuenta_owner, cuenta_app;

create domain floor.minor_units as bigint
constraint minor_units_range_check check (value between -9007199254740991 and 9007199254740991);

create domain floor.minor_units_kept as bigint
constraint minor_units_kept_range_check check (value between 0 and 9007199254740991);

create table floor.currencies (
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
insert into floor.currencies (currency, numeric_code, exponent, name)
values
('PEN', '604', 2, 'Sol'),
('USD', '840', 2, 'US Dollar');

create table floor.entry_types (
    entry_type text not null,
    constraint entry_types_pkey primary key (entry_type)
);
insert into floor.entry_types (entry_type)
values
('CHARGE'),
('FEE'),
('REFUND'),
('PAYOUT_RESERVE'),
('PAYOUT_RELEASE'),
('PAYOUT_FAILURE'),
('PAYOUT_RETURN');

create table floor.event_types (
    event_type text not null,
    payout_status text,
    description text not null,
    constraint event_types_pkey primary key (event_type)
);
insert into floor.event_types (event_type, payout_status, description)
values
('charge_succeeded', null, 'A guest''s payment has succeeded; the fee is what the processor keeps'),
('refund_succeeded', null, 'Money has been given back to a guest'),
('payout_paid', 'PAID', 'A payout of ours has reached the restaurant''s bank'),
('payout_failed', 'FAILED', 'A payout of ours has failed, or was sent back after it had been paid');

create table floor.restaurants (
    restaurant_id text not null,
    timezone text not null default 'America/Lima',
    day_close_hour smallint not null default 0,
    settlement_delay_days smallint not null default 0,
    is_payouts_paused boolean not null default false,
    created_at timestamptz not null,
    constraint restaurants_pkey primary key (restaurant_id),
    constraint restaurants_restaurant_id_format_check
    check (restaurant_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
    constraint restaurants_day_close_hour_range_check check (day_close_hour between 0 and 7),
    constraint restaurants_settlement_delay_range_check
    check (settlement_delay_days between 0 and 60)
);

create table floor.account_balances (
    balance floor.minor_units not null default 0,
    reserved floor.minor_units_kept not null default 0,
    held floor.minor_units_kept not null default 0,
    last_entry_seq bigint not null default 0,
    last_entry_at timestamptz,
    last_event_at timestamptz,
    closed_through date not null default '-infinity',
    restaurant_id text not null,
    currency text not null,
    constraint account_balances_pkey primary key (restaurant_id, currency),
    constraint account_balances_restaurant_id_fkey
    foreign key (restaurant_id) references floor.restaurants (restaurant_id),
    constraint account_balances_currency_fkey
    foreign key (currency) references floor.currencies (currency)
) with (fillfactor = 50);

create table floor.processor_events (
    event_no bigint not null generated always as identity,
    amount bigint not null,
    fee bigint not null,
    first_entry_seq bigint,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    entry_count smallint not null,
    restaurant_id text not null,
    currency text not null,
    provider text not null,
    event_id text not null,
    event_type text not null,
    payout_id text,
    payload jsonb not null,
    constraint processor_events_pkey primary key (restaurant_id, event_no),
    constraint processor_events_provider_event_id_key unique (provider, event_id),
    constraint processor_events_account_fkey
    foreign key (restaurant_id, currency)
    references floor.account_balances (restaurant_id, currency),
    constraint processor_events_event_type_fkey
    foreign key (event_type) references floor.event_types (event_type),
    constraint processor_events_amount_positive_check check (amount > 0),
    constraint processor_events_fee_not_negative_check check (fee >= 0),
    constraint processor_events_entries_check
    check ((entry_count > 0) = (first_entry_seq is not null))
);

create table floor.payout_runs (
    run_id text not null,
    currency text not null,
    as_of date not null,
    min_amount bigint not null,
    started_at timestamptz not null,
    payouts_created integer not null default 0,
    payouts_amount bigint not null default 0,
    restaurants_skipped integer not null default 0,
    constraint payout_runs_pkey primary key (run_id),
    constraint payout_runs_currency_fkey
    foreign key (currency) references floor.currencies (currency),
    constraint payout_runs_min_amount_not_negative_check check (min_amount >= 0)
);

create table floor.payouts (
    amount bigint not null,
    reserve_entry_seq bigint not null,
    created_at timestamptz not null,
    paid_at timestamptz,
    failed_at timestamptz,
    as_of date not null,
    restaurant_id text not null,
    currency text not null,
    status text not null,
    payout_id text not null,
    run_id text not null,
    failure_reason text,
    constraint payouts_pkey primary key (restaurant_id, payout_id),
    constraint payouts_payout_id_key unique (payout_id),
    constraint payouts_restaurant_id_currency_as_of_key unique (restaurant_id, currency, as_of),
    constraint payouts_account_fkey
    foreign key (restaurant_id, currency)
    references floor.account_balances (restaurant_id, currency),
    constraint payouts_run_id_fkey foreign key (run_id) references floor.payout_runs (run_id),
    constraint payouts_amount_positive_check check (amount > 0),
    constraint payouts_status_known_check
    check (status in ('CREATED', 'PAID', 'FAILED', 'CANCELED'))
);
create index payouts_run_id_idx on floor.payouts (run_id);

create table floor.payout_items (
    amount bigint not null,
    entry_count bigint not null,
    restaurant_id text not null,
    payout_id text not null,
    item_type text not null,
    constraint payout_items_pkey primary key (restaurant_id, payout_id, item_type),
    constraint payout_items_payout_fkey
    foreign key (restaurant_id, payout_id) references floor.payouts (restaurant_id, payout_id),
    constraint payout_items_amount_not_zero_check check (amount <> 0)
);

create table floor.ledger_entries (
    entry_seq bigint not null,
    amount bigint not null,
    balance_after bigint not null,
    reserved_after bigint not null,
    event_no bigint,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    business_day date not null,
    available_on date not null,
    settlement_day date not null,
    restaurant_id text not null,
    currency text not null,
    entry_type text not null,
    payout_id text,
    constraint ledger_entries_pkey primary key (restaurant_id, currency, entry_seq),
    constraint ledger_entries_entry_type_fkey
    foreign key (entry_type) references floor.entry_types (entry_type),
    constraint ledger_entries_event_fkey
    foreign key (restaurant_id, event_no)
    references floor.processor_events (restaurant_id, event_no),
    constraint ledger_entries_payout_fkey
    foreign key (restaurant_id, payout_id) references floor.payouts (restaurant_id, payout_id),
    constraint ledger_entries_amount_positive_check check (amount > 0),
    constraint ledger_entries_has_cause_check check (num_nonnulls(event_no, payout_id) > 0),
    constraint ledger_entries_settles_when_available_check check (settlement_day >= available_on)
);
create index ledger_entries_restaurant_id_currency_settlement_day_idx
on floor.ledger_entries (restaurant_id, currency, settlement_day);

-- The owner and the grants that the ledger's tables had: foreign keys are checked as the owner.
alter table floor.currencies owner to cuenta_owner;
alter table floor.entry_types owner to cuenta_owner;
alter table floor.event_types owner to cuenta_owner;
alter table floor.restaurants owner to cuenta_owner;
alter table floor.account_balances owner to cuenta_owner;
alter table floor.processor_events owner to cuenta_owner;
alter table floor.payout_runs owner to cuenta_owner;
alter table floor.payouts owner to cuenta_owner;
alter table floor.payout_items owner to cuenta_owner;
alter table floor.ledger_entries owner to cuenta_owner;
grant select, insert on all tables in schema floor to cuenta_app;
