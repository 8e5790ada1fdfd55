-- The whole life of the money: payments, refunds that fail, disputes, holds, corrections. What an
-- event is about is told by the event that first named it. What is constrained here are the few
-- rows of reference data and settings; the one index over a large table holds nothing yet, and must
-- be there before the functions that rely on it.
-- squawk-ignore-file adding-foreign-key-constraint, ban-drop-constraint
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation

alter table ledger.entry_types
add column payment_effect smallint not null default 0;
alter table ledger.entry_types
add constraint entry_types_payment_effect_known_check check (payment_effect in (-1, 0, 1));
-- The rows are files, replayed after this; but a type that is in use keeps what it has.
alter table ledger.entry_types disable trigger user;
grant update on ledger.entry_types to cuenta_owner;
update ledger.entry_types as t
set
    payment_effect = case
        when t.entry_type in ('REFUND', 'DISPUTE', 'CHARGE_REVERSAL') then -1
        else 1
    end
where t.entry_type in (
    'CHARGE', 'REFUND', 'REFUND_FAILURE', 'DISPUTE', 'DISPUTE_WON', 'DISPUTE_REINSTATED',
    'CHARGE_REVERSAL', 'REFUND_REVERSAL'
);
revoke update on ledger.entry_types from cuenta_owner;
alter table ledger.entry_types enable trigger user;
comment on column ledger.entry_types.payment_effect is
'What one minor unit does to what is left of its payment, which never is less than nothing: 1, -1 '
'or 0.';

alter table ledger.event_types
drop constraint event_types_subject_known_check,
add constraint event_types_subject_known_check
check (subject in ('payment', 'refund', 'dispute', 'hold', 'event', 'debt', 'payout')),
add column first_type text collate "C",
add column is_subject_optional boolean not null default false,
add column is_amount_free boolean not null default false,
add column is_new_business boolean not null default false,
add column state_rank smallint not null default 0;
alter table ledger.event_types
add constraint event_types_first_type_fkey
foreign key (first_type) references ledger.event_types (event_type);
comment on column ledger.event_types.first_type is
'The type that first tells of such a subject; null: cuenta itself makes it, or it is any event.';
comment on column ledger.event_types.is_subject_optional is
'Whether such an event may leave its subject unnamed; then it is one of its own.';
comment on column ledger.event_types.is_amount_free is
'Whether its amount may differ from that of the event that first told of its subject.';
comment on column ledger.event_types.is_new_business is
'Whether it is new business, which a closed restaurant does not do.';
comment on column ledger.event_types.state_rank is
'Of two reports of one instant about one subject the higher counts, whichever comes first.';

alter table ledger.posting_rules
drop constraint posting_rules_amount_entry_fkey,
drop constraint posting_rules_fee_entry_fkey,
add column decided text collate "C" not null default 'always',
add column may_be_pending boolean not null default false;
-- The rows are files, replayed after this: only the one column, which a trigger will fill.
alter table ledger.posting_rules disable trigger user;
grant update on ledger.posting_rules to cuenta_owner;
update ledger.posting_rules as r
set may_be_pending = true
from ledger.entry_types as t
where
    r.amount_entry = t.entry_type
    and t.may_be_pending;
revoke update on ledger.posting_rules from cuenta_owner;
alter table ledger.posting_rules enable trigger user;
alter table ledger.posting_rules
add constraint posting_rules_amount_entry_fkey
foreign key (
    amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect, may_be_pending
)
references ledger.entry_types (
    entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
),
add constraint posting_rules_fee_entry_fkey
foreign key (fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect, may_be_pending)
references ledger.entry_types (
    entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
),
add constraint posting_rules_decided_known_check
check (decided in ('never', 'if_named', 'always')),
add constraint posting_rules_delay_may_be_pending_check
check (may_be_pending or not is_delayed);
comment on column ledger.posting_rules.decided is
'Whether ledger.decide_event must look at the subject first: always; if_named: if the event names '
'a payment, refund or dispute; never.';
comment on column ledger.posting_rules.may_be_pending is
'The entry types'' may_be_pending, filled in by a trigger.';

alter table ledger.platform_settings
add column takes_test_events boolean not null default false,
add column deferred_warning_hours integer not null default 24,
add constraint platform_settings_deferred_warning_hours_range_check
check (deferred_warning_hours between 0 and 8760);
comment on column ledger.platform_settings.takes_test_events is
'Whether events of a test mode ("livemode": false) are taken; else they are refused.';
comment on column ledger.platform_settings.deferred_warning_hours is
'After so many hours an event that still waits for another is a finding.';

alter table ledger.account_balances
add column deferred_count integer not null default 0;
comment on column ledger.account_balances.deferred_count is
'Events of this account that wait for another, so that posting need not look for them.';

alter table ledger.processor_events add column subject_id text collate "C";
create unique index processor_events_subject_key
on ledger.processor_events (subject_id, event_type, provider, restaurant_id)
where subject_id is not null;
comment on column ledger.processor_events.subject_id is
'The payment, refund, dispute or hold that the event is the first to tell of; null: of none that '
'has a name. Once per restaurant and provider.';

-- A table of its own: most events follow none, and each index over their table costs all of them.
create table ledger.event_links (
    event_no bigint not null,
    about_event_no bigint,
    payment_event_no bigint,
    restaurant_id text collate "C" not null,
    is_reversal boolean not null,
    constraint event_links_pkey primary key (restaurant_id, event_no),
    constraint event_links_event_fkey
    foreign key (restaurant_id, event_no)
    references ledger.processor_events (restaurant_id, event_no),
    constraint event_links_about_fkey
    foreign key (restaurant_id, about_event_no)
    references ledger.processor_events (restaurant_id, event_no),
    constraint event_links_payment_fkey
    foreign key (restaurant_id, payment_event_no)
    references ledger.processor_events (restaurant_id, event_no),
    constraint event_links_link_something_check
    check (about_event_no is not null or payment_event_no is not null)
);
create unique index event_links_reversed_once_key
on ledger.event_links (restaurant_id, about_event_no) where is_reversal;
create index event_links_restaurant_id_about_event_no_idx
on ledger.event_links (restaurant_id, about_event_no);
create index event_links_restaurant_id_payment_event_no_idx
on ledger.event_links (restaurant_id, payment_event_no);
comment on table ledger.event_links is
'What an event follows: what it is about, and the payment it belongs to.';
comment on column ledger.event_links.event_no is 'The event.';
comment on column ledger.event_links.about_event_no is
'The event that first told of its refund, dispute or hold, or that it reverses; null: none.';
comment on column ledger.event_links.payment_event_no is
'The charge of the payment that it belongs to; null: none.';
comment on column ledger.event_links.restaurant_id is 'The restaurant of all of them.';
comment on column ledger.event_links.is_reversal is 'Whether it takes back what it is about.';

create table ledger.deferred_events (
    deferred_no bigint not null generated always as identity,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    provider text collate "C" not null,
    event_id text collate "C" not null,
    event_type text collate "C" not null,
    first_type text collate "C" not null,
    subject_id text collate "C" not null,
    code text collate "C" not null,
    payload jsonb not null,
    constraint deferred_events_pkey primary key (restaurant_id, deferred_no),
    constraint deferred_events_provider_event_id_key unique (provider, event_id),
    constraint deferred_events_account_fkey
    foreign key (restaurant_id, currency)
    references ledger.account_balances (restaurant_id, currency)
);
create index deferred_events_restaurant_id_subject_id_occurred_at_idx
on ledger.deferred_events (restaurant_id, subject_id, occurred_at, deferred_no);
comment on table ledger.deferred_events is
'Events that wait for what they refer to. Posted in the transaction of the event that tells of it, '
'and gone from here then: each is here or in processor_events or event_rejections.';
comment on column ledger.deferred_events.deferred_no is 'Internal number.';
comment on column ledger.deferred_events.occurred_at is 'When it happened, as the event says.';
comment on column ledger.deferred_events.received_at is 'When it was first received here.';
comment on column ledger.deferred_events.restaurant_id is 'The restaurant.';
comment on column ledger.deferred_events.currency is 'The currency.';
comment on column ledger.deferred_events.provider is 'The processor that sent it.';
comment on column ledger.deferred_events.event_id is 'The processor''s id of it.';
comment on column ledger.deferred_events.event_type is 'What it says; see ledger.event_types.';
comment on column ledger.deferred_events.first_type is
'The type of the event it waits for, of the same restaurant and provider.';
comment on column ledger.deferred_events.subject_id is
'The payment, refund or dispute that the event it waits for tells of.';
comment on column ledger.deferred_events.code is 'Why it waits, as in ledger.rejection_reasons.';
comment on column ledger.deferred_events.payload is 'The document as received.';

create table ledger.event_acceptances (
    event_no bigint not null,
    accepted_at timestamptz not null,
    restaurant_id text collate "C" not null,
    code text collate "C" not null,
    actor text not null,
    reason text not null,
    constraint event_acceptances_pkey primary key (restaurant_id, event_no),
    constraint event_acceptances_event_fkey
    foreign key (restaurant_id, event_no)
    references ledger.processor_events (restaurant_id, event_no)
);
comment on table ledger.event_acceptances is
'Events that a rule refused and that a person had posted all the same, because they happened.';
comment on column ledger.event_acceptances.event_no is 'The event.';
comment on column ledger.event_acceptances.accepted_at is 'When it was accepted.';
comment on column ledger.event_acceptances.restaurant_id is 'The restaurant.';
comment on column ledger.event_acceptances.code is 'Why it had been refused.';
comment on column ledger.event_acceptances.actor is 'Who accepted it.';
comment on column ledger.event_acceptances.reason is 'Why, in words.';

alter type ledger.event_fields add attribute available_on date;
alter type ledger.event_fields add attribute payment_id text collate "C";
alter type ledger.event_fields add attribute refund_id text collate "C";
alter type ledger.event_fields add attribute dispute_id text collate "C";

alter type ledger.event_decision add attribute subject_id text collate "C";
alter type ledger.event_decision add attribute about_event_no bigint;
alter type ledger.event_decision add attribute payment_event_no bigint;
alter type ledger.event_decision add attribute available_on date;
alter type ledger.event_decision add attribute first_type text collate "C";
comment on column ledger.event_decision.subject_id is
'The id of what it is the first to tell of; or, if first_type is set, of what it waits for.';
comment on column ledger.event_decision.about_event_no is
'The event that first told of what this one is about.';
comment on column ledger.event_decision.payment_event_no is
'The charge of the payment it belongs to.';
comment on column ledger.event_decision.available_on is
'From this day its money counts; null: as the rule says.';
comment on column ledger.event_decision.first_type is
'The type of the event it waits for; null: it does not wait.';
