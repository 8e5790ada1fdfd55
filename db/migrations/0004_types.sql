-- What functions hand to each other and answer.

create type ledger.event_fields as (
    provider text collate "C",
    event_id text collate "C",
    event_type text collate "C",
    restaurant_id text collate "C",
    currency text collate "C",
    amount bigint,
    fee bigint,
    occurred_at timestamptz
);
comment on type ledger.event_fields is
'The fields that every event has, named as in the document.';

create type ledger.event_decision as (
    subject_state text collate "C",
    payout_id text collate "C",
    code text collate "C",
    details jsonb
);
comment on type ledger.event_decision is
'What was decided about an event: the state of its subject, which names the posting rule, or the '
'code and details of why it posts nothing.';
comment on column ledger.event_decision.subject_state is
'The state of its subject before it; NEW if it is about none.';
comment on column ledger.event_decision.payout_id is 'The payout it is about, if it is about one.';
comment on column ledger.event_decision.code is 'Why it is refused; null: it is not.';
comment on column ledger.event_decision.details is 'What more there is to say about that.';

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
