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
    content_hash bytea,
    payload jsonb,
    payout_status text,
    code text,
    details jsonb
);
comment on type ledger.event_input is
'A processor event after reading: typed fields, or code and details of why it cannot be posted.';
comment on column ledger.event_input.payout_status is
'Which posting rule applies: the payout''s status before the event, NONE if it is about none.';

create type ledger.account_state as (
    restaurant_id text,
    currency text,
    balance bigint,
    reserved bigint,
    last_entry_seq bigint,
    last_entry_at timestamptz,
    closed_through date,
    timezone text,
    day_close_hour smallint,
    settlement_delay_days smallint,
    is_payouts_paused boolean,
    payout_status text,
    amount_entry text,
    amount_balance_effect smallint,
    amount_reserved_effect smallint,
    fee_entry text,
    fee_balance_effect smallint,
    fee_reserved_effect smallint,
    is_delayed boolean
);
comment on type ledger.account_state is
'An account as it is under its lock, with the settings of its restaurant and, where an event is to '
'be posted, with the posting rule.';

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
