-- What waits was told once: that stays, whatever becomes of it, and is sealed.

create table ledger.event_deferrals (
    deferred_no bigint not null,
    received_at timestamptz not null,
    restaurant_id text collate "C" not null,
    provider text collate "C" not null,
    event_id text collate "C" not null,
    payload jsonb not null,
    constraint event_deferrals_pkey primary key (restaurant_id, deferred_no)
);
create index event_deferrals_deferred_no_idx on ledger.event_deferrals (deferred_no);
comment on table ledger.event_deferrals is
'Every event that ever waited, as it was when it began to: ledger.deferred_events has those that '
'still do, and is compared with this.';
comment on column ledger.event_deferrals.deferred_no is 'Its number in ledger.deferred_events.';
comment on column ledger.event_deferrals.received_at is 'When it was first received here.';
comment on column ledger.event_deferrals.restaurant_id is 'The restaurant.';
comment on column ledger.event_deferrals.provider is 'The processor that sent it.';
comment on column ledger.event_deferrals.event_id is 'The processor''s id of it.';
comment on column ledger.event_deferrals.payload is 'The document as received.';

insert into ledger.event_deferrals (
    deferred_no, received_at, restaurant_id, provider, event_id, payload
)
select
    d.deferred_no,
    d.received_at,
    d.restaurant_id,
    d.provider,
    d.event_id,
    d.payload
from ledger.deferred_events as d;
