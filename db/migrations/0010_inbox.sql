-- The inbox: what was refused or waits, until it is posted, accepted or dismissed.

alter table ledger.deferred_events
add column deliveries integer not null default 1,
add column last_received_at timestamptz;
comment on column ledger.deferred_events.deliveries is 'How often it was told.';
comment on column ledger.deferred_events.last_received_at is
'When it was told again the last time; null: it was told once.';

create table ledger.event_dismissals (
    dismissal_no bigint not null generated always as identity,
    rejection_no bigint,
    dismissed_at timestamptz not null,
    received_at timestamptz not null,
    restaurant_id text collate "C" not null,
    provider text collate "C",
    event_id text collate "C",
    status text collate "C" not null,
    code text collate "C" not null,
    actor text not null,
    reason text not null,
    payload jsonb,
    constraint event_dismissals_pkey primary key (restaurant_id, dismissal_no),
    constraint event_dismissals_rejection_key unique (restaurant_id, rejection_no),
    constraint event_dismissals_one_document_check check (num_nonnulls(rejection_no, payload) = 1)
);
create index event_dismissals_event_id_provider_rejection_no_idx
on ledger.event_dismissals (event_id, provider, rejection_no);
create index event_dismissals_dismissed_at_dismissal_no_idx
on ledger.event_dismissals (dismissed_at, dismissal_no);
create index event_dismissals_rejection_no_unreadable_idx
on ledger.event_dismissals (rejection_no)
where event_id is null or provider is null;
comment on table ledger.event_dismissals is
'What a person has looked at and wants no more to be done about: deliveries that were refused, and '
'events that waited. Told again later, they are open again.';
comment on column ledger.event_dismissals.dismissal_no is 'Internal number.';
comment on column ledger.event_dismissals.rejection_no is
'The delivery; those of the same event before it are dismissed with it. Null: the event waited.';
comment on column ledger.event_dismissals.dismissed_at is 'When it was dismissed.';
comment on column ledger.event_dismissals.received_at is 'When it was received.';
comment on column ledger.event_dismissals.restaurant_id is
'As the event said it; empty when it named no valid one.';
comment on column ledger.event_dismissals.provider is
'The processor, as far as it could be read.';
comment on column ledger.event_dismissals.event_id is
'The processor''s id, as far as it could be read.';
comment on column ledger.event_dismissals.status is 'What it was: rejected, conflict or deferred.';
comment on column ledger.event_dismissals.code is
'Why it was refused or waited, as in ledger.rejection_reasons.';
comment on column ledger.event_dismissals.actor is 'Who dismissed it.';
comment on column ledger.event_dismissals.reason is 'Why, in words.';
comment on column ledger.event_dismissals.payload is
'The document of an event that waited; null: it is in ledger.event_rejections.';
