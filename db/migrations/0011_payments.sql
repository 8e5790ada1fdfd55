-- Few events hold money back. They are found here, so that no index over all events need know them.

create table ledger.holdings (
    event_no bigint not null,
    restaurant_id text collate "C" not null,
    event_type text collate "C" not null,
    constraint holdings_pkey primary key (restaurant_id, event_no),
    constraint holdings_event_fkey
    foreign key (restaurant_id, event_no)
    references ledger.processor_events (restaurant_id, event_no)
);
create index holdings_event_type_event_no_idx on ledger.holdings (event_type, event_no);
comment on table ledger.holdings is
'The events that held money back: openings of disputes, and what people hold.';
comment on column ledger.holdings.event_no is 'The event.';
comment on column ledger.holdings.restaurant_id is 'The restaurant.';
comment on column ledger.holdings.event_type is 'Its type: a dispute or a hold.';

alter table ledger.platform_settings
add column payments_since timestamptz not null default now();
comment on column ledger.platform_settings.payments_since is
'Since when a charge keeps the payment that it names: those from before do not.';
