-- What internal functions hand to each other.

create type ledger.event_fields as (
    provider text,
    event_id text,
    event_type text,
    restaurant_id text,
    currency text,
    amount bigint,
    fee bigint,
    occurred_at timestamptz
);
comment on type ledger.event_fields is
'The fields that every processor event has, named as in the document.';

create type ledger.event_input as (
    provider text,
    event_id text,
    event_type text,
    restaurant_id text,
    currency text,
    amount bigint,
    fee bigint,
    occurred_at timestamptz,
    payout_id text,
    payload jsonb,
    payout_status text,
    code text,
    details jsonb
);
comment on type ledger.event_input is
'A processor event after reading: typed fields, or code and details of why it cannot be posted.';
comment on column ledger.event_input.payout_status is
'Which posting rule applies: the payout''s status before the event, NONE if it is about none; '
'null: nothing is to be posted.';

create type ledger.event_answer as (
    status text,
    event_id text,
    provider text,
    restaurant_id text,
    currency text,
    event_type text,
    entries integer,
    code text,
    message text,
    details jsonb,
    received_at timestamptz
);
comment on type ledger.event_answer is 'The answer to one event; the columns of api.ingest_event.';
