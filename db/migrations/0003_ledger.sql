-- The book itself. Every table with a restaurant_id has it first in its primary key, so that the
-- schema can be distributed by restaurant.

create table ledger.platform_settings (
    is_singleton boolean not null default true,
    unknown_restaurants text collate "C" not null default 'register',
    default_timezone text not null default 'America/Lima',
    constraint platform_settings_pkey primary key (is_singleton),
    constraint platform_settings_one_row_check check (is_singleton),
    constraint platform_settings_unknown_restaurants_known_check
    check (unknown_restaurants in ('register', 'hold_payouts', 'refuse'))
);
insert into ledger.platform_settings default values;
comment on table ledger.platform_settings is
'The platform''s own settings, one row; set_platform_settings changes it.';
comment on column ledger.platform_settings.is_singleton is 'Always true: there is one row.';
comment on column ledger.platform_settings.unknown_restaurants is
'What happens when an event names a restaurant that is not registered: register it; register it '
'with its payouts paused (hold_payouts); refuse the event.';
comment on column ledger.platform_settings.default_timezone is
'IANA name; the time zone of restaurants that are registered without one.';

create table ledger.restaurants (
    restaurant_id text collate "C" not null,
    timezone text not null,
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
comment on table ledger.restaurants is
'Restaurants the platform collects for. One that an event names first is registered with the '
'platform''s defaults, as platform_settings say.';
comment on column ledger.restaurants.timezone is 'IANA name; says to which day an event belongs.';
comment on column ledger.restaurants.day_close_hour is
'Local hour at which the business day ends: 3 books what happens at 2 a.m. to the evening before.';
comment on column ledger.restaurants.settlement_delay_days is
'Days between the business day of money in and the day on which it is available.';

-- No CHECK and no domain here: PostgreSQL reads them anew in each statement, and every event
-- updates an account. The writing functions hold the ranges (2^53 - 1 is what every JSON reader
-- holds exactly), the trigger that nothing kept for a purpose is negative, a check both.
create table ledger.account_balances (
    balance bigint not null default 0,
    reserved bigint not null default 0,
    held bigint not null default 0,
    last_entry_seq bigint not null default 0,
    last_entry_at timestamptz,
    last_event_at timestamptz,
    closed_through date not null default '-infinity',
    settlement_delay_days smallint not null,
    day_close_hour smallint not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    timezone text not null,
    constraint account_balances_pkey primary key (restaurant_id, currency),
    constraint account_balances_restaurant_id_fkey
    foreign key (restaurant_id) references ledger.restaurants (restaurant_id),
    constraint account_balances_currency_fkey
    foreign key (currency) references ledger.currencies (currency)
) with (fillfactor = 50);
comment on table ledger.account_balances is
'What a restaurant owns in one currency, in minor units. Moved together with its entries and by '
'nothing else; its row lock orders the entries of the account.';
comment on column ledger.account_balances.balance is
'Balance of restaurant_available, matured or not; may be negative (a debt).';
comment on column ledger.account_balances.reserved is 'In payouts under way.';
comment on column ledger.account_balances.held is 'Held back for disputes.';
comment on column ledger.account_balances.last_entry_seq is
'Number of the newest entry; 0: none yet.';
comment on column ledger.account_balances.last_entry_at is
'recorded_at of the newest entry; the next one is never recorded earlier.';
comment on column ledger.account_balances.last_event_at is
'The latest occurred_at of a posted event.';
comment on column ledger.account_balances.timezone is
'As the restaurant''s; settings that posting needs are copied here by the functions that set them.';
comment on column ledger.account_balances.day_close_hour is 'As the restaurant''s.';
comment on column ledger.account_balances.settlement_delay_days is 'As the restaurant''s.';
comment on column ledger.account_balances.closed_through is
'The last day a payout has closed: no entry settles on it or earlier any more.';

create table ledger.pending_days (
    amount numeric(38, 0) not null,
    available_on date not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    constraint pending_days_pkey primary key (restaurant_id, currency, available_on)
) with (fillfactor = 70);
comment on table ledger.pending_days is
'What becomes available to a restaurant on a day, of money that came with a delay: what is pending '
'is the sum of the days to come. Written under the account''s lock.';
comment on column ledger.pending_days.amount is
'The charges of the day less their fees, in minor units. Refunds, which do not wait, keep the '
'balance '
'in its range, but not this sum.';
comment on column ledger.pending_days.available_on is 'The day, in the restaurant''s time zone.';

create table ledger.processor_events (
    event_no bigint not null generated always as identity,
    amount bigint not null,
    fee bigint not null,
    first_entry_seq bigint,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    entry_count smallint not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    provider text collate "C" not null,
    event_id text collate "C" not null,
    event_type text collate "C" not null,
    subject_state text collate "C",
    payout_id text collate "C",
    payload jsonb not null,
    constraint processor_events_pkey primary key (restaurant_id, event_no),
    constraint processor_events_provider_event_id_key unique (provider, event_id),
    constraint processor_events_account_fkey
    foreign key (restaurant_id, currency)
    references ledger.account_balances (restaurant_id, currency),
    -- Only what was told of a subject before: all others are of state NEW, and a foreign key would
    -- have every event lock the row of its rule.
    constraint processor_events_rule_fkey
    foreign key (event_type, subject_state)
    references ledger.posting_rules (event_type, subject_state)
);
-- Only its beginning: an index refuses long rows, and an event may say anything.
create index processor_events_reservation_id_idx
on ledger.processor_events (left(payload -> 'metadata' ->> 'reservation_id', 128))
where (payload -> 'metadata' ->> 'reservation_id') is not null;
comment on table ledger.processor_events is
'Events that became effective, once and for ever. What was refused is in event_rejections.';
comment on column ledger.processor_events.event_no is 'Internal number, referenced by entries.';
comment on column ledger.processor_events.first_entry_seq is
'entry_seq of the first of entry_count entries posted; null when the event needed none.';
comment on column ledger.processor_events.subject_state is
'The state of its subject before it, which decided what it posts; null: NEW.';
comment on column ledger.processor_events.payload is
'The document as received, unknown fields included.';

create table ledger.event_rejections (
    rejection_no bigint not null generated always as identity,
    received_at timestamptz not null,
    restaurant_id text collate "C" not null,
    provider text collate "C",
    event_id text collate "C",
    status text collate "C" not null,
    code text collate "C" not null,
    message text not null,
    details jsonb,
    payload jsonb not null,
    constraint event_rejections_pkey primary key (restaurant_id, rejection_no),
    constraint event_rejections_status_known_check check (status in ('rejected', 'conflict'))
);
create index event_rejections_event_id_provider_idx on ledger.event_rejections (event_id, provider);
comment on table ledger.event_rejections is
'Every delivery that posted nothing because it was not valid, not allowed, or reused an id: the '
'evidence, and what a replay starts from.';
comment on column ledger.event_rejections.restaurant_id is
'As the event said it; empty when it named no valid one.';

create table ledger.payout_runs (
    run_id text collate "C" not null,
    currency text collate "C" not null,
    as_of date not null,
    min_amount bigint not null,
    restaurant_ids text[] collate "C",
    started_at timestamptz not null,
    finished_at timestamptz,
    last_restaurant_id text collate "C" not null default '',
    payouts_created integer not null default 0,
    payouts_amount numeric(38, 0) not null default 0,
    restaurants_skipped integer not null default 0,
    skipped jsonb not null default '{}',
    constraint payout_runs_pkey primary key (run_id),
    constraint payout_runs_currency_fkey
    foreign key (currency) references ledger.currencies (currency),
    constraint payout_runs_min_amount_not_negative_check check (min_amount >= 0)
);
create index payout_runs_started_at_run_id_idx on ledger.payout_runs (started_at, run_id);
comment on table ledger.payout_runs is
'Calls of run_payouts that were not dry, with their outcome.';

create table ledger.payouts (
    amount bigint not null,
    reserve_entry_seq bigint not null,
    created_at timestamptz not null,
    paid_at timestamptz,
    failed_at timestamptz,
    canceled_at timestamptz,
    as_of date not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    status text collate "C" not null,
    payout_id text collate "C" not null,
    run_id text collate "C" not null,
    failure_reason text,
    constraint payouts_pkey primary key (restaurant_id, payout_id),
    constraint payouts_payout_id_key unique (payout_id),
    constraint payouts_restaurant_id_currency_as_of_key unique (restaurant_id, currency, as_of),
    constraint payouts_account_fkey
    foreign key (restaurant_id, currency)
    references ledger.account_balances (restaurant_id, currency),
    constraint payouts_run_id_fkey foreign key (run_id) references ledger.payout_runs (run_id),
    constraint payouts_amount_positive_check check (amount > 0),
    constraint payouts_status_known_check
    check (status in ('CREATED', 'PAID', 'FAILED', 'CANCELED'))
);
create index payouts_run_id_payout_id_idx on ledger.payouts (run_id, payout_id);
create index payouts_as_of_payout_id_idx on ledger.payouts (as_of, payout_id);
create index payouts_status_as_of_payout_id_idx on ledger.payouts (status, as_of, payout_id)
where status <> 'PAID';
comment on table ledger.payouts is
'Payouts: reserved when CREATED, released when PAID, given back when FAILED or CANCELED.';
comment on column ledger.payouts.as_of is
'The last settlement day the payout pays; it closes all days up to it.';
comment on column ledger.payouts.reserve_entry_seq is
'entry_seq of the entry that reserved the amount.';
comment on column ledger.payouts.paid_at is 'occurred_at of the event that reported it paid.';
comment on column ledger.payouts.canceled_at is 'When it was canceled.';
comment on column ledger.payouts.failed_at is
'occurred_at of the event that reported it failed or sent back.';

create table ledger.payout_items (
    amount bigint not null,
    entry_count bigint not null,
    restaurant_id text collate "C" not null,
    payout_id text collate "C" not null,
    item_type text collate "C" not null,
    constraint payout_items_pkey primary key (restaurant_id, payout_id, item_type),
    constraint payout_items_payout_fkey
    foreign key (restaurant_id, payout_id) references ledger.payouts (restaurant_id, payout_id),
    constraint payout_items_amount_not_zero_check check (amount <> 0)
);
comment on table ledger.payout_items is
'What a payout consists of, signed; the items of a payout add up to its amount.';
comment on column ledger.payout_items.item_type is
'entry_types.payout_item of the entries summed, or carried_in / carried_out: the money that '
'earlier payouts held back, and what this one holds back because it was spent since.';

create table ledger.payout_skips (
    amount numeric(38, 0) not null,
    restaurant_id text collate "C" not null,
    run_id text collate "C" not null,
    currency text collate "C" not null,
    reason text collate "C" not null,
    constraint payout_skips_pkey primary key (restaurant_id, run_id),
    constraint payout_skips_run_id_fkey foreign key (run_id) references ledger.payout_runs (run_id),
    constraint payout_skips_account_fkey
    foreign key (restaurant_id, currency)
    references ledger.account_balances (restaurant_id, currency)
);
create index payout_skips_run_id_reason_restaurant_id_idx
on ledger.payout_skips (run_id, reason, restaurant_id);
comment on table ledger.payout_skips is 'Restaurants that a payout run passed over, and why.';
comment on column ledger.payout_skips.amount is 'What could have been paid, in minor units.';

-- Foreign keys from the book to the chart would cost every event a lock on a row that all events
-- share; the guards of the reference tables and the checks hold the same.
create table ledger.ledger_entries (
    entry_seq bigint not null,
    amount bigint not null,
    balance_after bigint not null,
    reserved_after bigint not null,
    held_after bigint,
    event_no bigint,
    recorded_at timestamptz not null,
    business_day date not null,
    available_on date not null,
    settlement_day date not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    entry_type text collate "C" not null,
    payout_id text collate "C",
    constraint ledger_entries_pkey primary key (restaurant_id, currency, entry_seq),
    constraint ledger_entries_event_fkey
    foreign key (restaurant_id, event_no)
    references ledger.processor_events (restaurant_id, event_no)
);
create index ledger_entries_restaurant_id_currency_settlement_day_idx
on ledger.ledger_entries (restaurant_id, currency, settlement_day);
create index ledger_entries_restaurant_id_payout_id_idx
on ledger.ledger_entries (restaurant_id, payout_id)
where payout_id is not null;
comment on table ledger.ledger_entries is
'The book: each row moves one positive amount from the account its entry type debits to the one it '
'credits. Append-only; numbered without gaps per restaurant and currency.';
comment on column ledger.ledger_entries.entry_seq is
'Dense number per restaurant and currency, from 1.';
comment on column ledger.ledger_entries.amount is 'Minor units of the currency, always positive.';
comment on column ledger.ledger_entries.balance_after is 'The account''s balance after this entry.';
comment on column ledger.ledger_entries.reserved_after is
'The money reserved for payouts after this entry.';
comment on column ledger.ledger_entries.held_after is
'The money held back after this entry; null: none.';
comment on column ledger.ledger_entries.event_no is 'The event that caused the entry, if one did.';
comment on column ledger.ledger_entries.recorded_at is
'When it was written here; never before an earlier entry.';
comment on column ledger.ledger_entries.business_day is
'The restaurant''s local date of occurred_at less its closing hour, fixed when posted.';
comment on column ledger.ledger_entries.available_on is
'From this day the money counts as available.';
comment on column ledger.ledger_entries.settlement_day is
'available_on, or the first open day if that one was closed by a payout.';
comment on column ledger.ledger_entries.payout_id is
'The payout that the entry reserves, releases or gives back.';

-- What the names alone do not say about the rest of the columns.
comment on column ledger.restaurants.restaurant_id is 'The platform''s id of it.';
comment on column ledger.restaurants.is_payouts_paused is 'Whether payout runs pass it over.';
comment on column ledger.restaurants.created_at is 'When it was registered.';
comment on column ledger.account_balances.restaurant_id is 'The restaurant.';
comment on column ledger.account_balances.currency is 'The currency.';
comment on column ledger.pending_days.restaurant_id is 'The restaurant.';
comment on column ledger.pending_days.currency is 'The currency.';
comment on column ledger.processor_events.amount is 'As the event says, in minor units.';
comment on column ledger.processor_events.fee is 'As the event says, in minor units; 0: none.';
comment on column ledger.processor_events.occurred_at is 'When it happened, as the event says.';
comment on column ledger.processor_events.received_at is 'When it was received here.';
comment on column ledger.processor_events.entry_count is 'How many entries it posted.';
comment on column ledger.processor_events.restaurant_id is 'The restaurant.';
comment on column ledger.processor_events.currency is 'The currency.';
comment on column ledger.processor_events.provider is 'The processor that sent it.';
comment on column ledger.processor_events.event_id is 'The processor''s id of it.';
comment on column ledger.processor_events.event_type is 'What it says; see ledger.event_types.';
comment on column ledger.processor_events.payout_id is
'The payout it is about, if it is about one.';
comment on column ledger.event_rejections.rejection_no is 'Internal number.';
comment on column ledger.event_rejections.received_at is 'When it was received here.';
comment on column ledger.event_rejections.provider is 'The processor, as far as it could be read.';
comment on column ledger.event_rejections.event_id is
'The processors id, as far as it could be read.';
comment on column ledger.event_rejections.status is 'rejected or conflict.';
comment on column ledger.event_rejections.code is 'Why, as in ledger.rejection_reasons.';
comment on column ledger.event_rejections.message is 'What was said.';
comment on column ledger.event_rejections.details is 'The facts that go with it.';
comment on column ledger.event_rejections.payload is 'The document as received.';
comment on column ledger.payout_runs.run_id is 'The runs id.';
comment on column ledger.payout_runs.currency is 'The currency in which it pays.';
comment on column ledger.payout_runs.as_of is 'The last settlement day that it pays.';
comment on column ledger.payout_runs.min_amount is 'Minor units; who has less is skipped.';
comment on column ledger.payout_runs.restaurant_ids is
'The restaurants that it was started for; null: all.';
comment on column ledger.payout_runs.started_at is 'When it was started.';
comment on column ledger.payout_runs.finished_at is
'When it had passed the last restaurant; null: not yet.';
comment on column ledger.payout_runs.last_restaurant_id is
'It has passed all restaurants up to this one; empty: none yet.';
comment on column ledger.payout_runs.payouts_created is 'Payouts created so far.';
comment on column ledger.payout_runs.payouts_amount is 'What they come to, in minor units.';
comment on column ledger.payout_runs.restaurants_skipped is 'Restaurants passed over so far.';
comment on column ledger.payout_runs.skipped is 'How many of them for which reason.';
comment on column ledger.payouts.amount is 'Minor units of the currency.';
comment on column ledger.payouts.created_at is 'When it was created.';
comment on column ledger.payouts.restaurant_id is 'Who is paid.';
comment on column ledger.payouts.currency is 'The currency.';
comment on column ledger.payouts.status is 'CREATED, PAID, FAILED or CANCELED.';
comment on column ledger.payouts.payout_id is 'Derived from restaurant, currency and as_of.';
comment on column ledger.payouts.run_id is 'The run that created it.';
comment on column ledger.payouts.failure_reason is 'Why it failed, as the processor says.';
comment on column ledger.payout_items.amount is 'Minor units, signed; never zero.';
comment on column ledger.payout_items.entry_count is 'How many entries were summed.';
comment on column ledger.payout_items.restaurant_id is 'The restaurant.';
comment on column ledger.payout_items.payout_id is 'The payout.';
comment on column ledger.payout_skips.restaurant_id is 'Who was passed over.';
comment on column ledger.payout_skips.run_id is 'The run.';
comment on column ledger.payout_skips.currency is 'The currency in which it paid.';
comment on column ledger.payout_skips.reason is 'Why; see reporting.payout_skips.';
comment on column ledger.ledger_entries.restaurant_id is 'The restaurant.';
comment on column ledger.ledger_entries.currency is 'The currency.';
comment on column ledger.ledger_entries.entry_type is 'What was moved; see ledger.entry_types.';
