-- What internal functions hand to each other.

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
    payout_status text,
    content_hash bytea,
    payload jsonb,
    code text,
    message text,
    details jsonb
);
comment on type ledger.event_input is
'A processor event after reading: typed fields, or code, message and details of why it cannot be '
'read.';

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
