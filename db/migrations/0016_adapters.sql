-- What an adapter makes of a processor's document.

create type inbound.reading as (
    outcome text collate "C",
    kind text collate "C",
    event jsonb,
    code text collate "C",
    field text collate "C",
    message text
);
comment on type inbound.reading is
'What one thing that a processor tells is to cuenta. A document may tell several.';
comment on column inbound.reading.outcome is
'event: an event of ours; ignored: it moves nothing, or is told by another kind of webhook, too; '
'unknown: of a kind that no adapter knows; refused: it should be an event, and cannot be one.';
comment on column inbound.reading.kind is
'What the processor calls it; null: it does not say.';
comment on column inbound.reading.event is
'The event, without provider, and without restaurant_id where the document names no restaurant: '
'inbound.complete_reading adds them. Null: it is none.';
comment on column inbound.reading.code is 'Why it is no event; null: it is one.';
comment on column inbound.reading.field is 'The field of the event that is at fault, if one is.';
comment on column inbound.reading.message is 'The reason in words.';

create type inbound.webhook_kind as (
    kind text collate "C",
    outcome text collate "C",
    becomes text collate "C",
    says text
);
comment on type inbound.webhook_kind is
'A kind of webhook that an adapter knows: a row of the tables of docs/webhooks-in.md.';
comment on column inbound.webhook_kind.kind is 'What the processor calls it.';
comment on column inbound.webhook_kind.outcome is
'event: it may become one; ignored or refused: it never does.';
comment on column inbound.webhook_kind.becomes is
'The types of event it may become, with commas between; null: none.';
comment on column inbound.webhook_kind.says is 'When it becomes that, or why it does not.';
