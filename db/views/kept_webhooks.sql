create or replace view reporting.kept_webhooks
with (security_barrier) as
select
    k.webhook_no,
    k.source,
    k.item_no,
    k.outcome,
    k.kind,
    k.code,
    k.message,
    length(k.body) as body_bytes,
    k.deliveries,
    k.received_at,
    k.last_received_at,
    k.dismissed_at is null as is_open,
    k.dismissed_at,
    k.dismissed_by,
    k.reason
from inbound.kept_webhooks as k;

comment on view reporting.kept_webhooks is
'Signed webhooks that were answered with success and became no event: for a person to see. What '
'they say is not here: it may be of persons.';
comment on column reporting.kept_webhooks.webhook_no is 'Its number: later ones are greater.';
comment on column reporting.kept_webhooks.source is 'Who sent it.';
comment on column reporting.kept_webhooks.item_no is
'Which of the things that the body tells, from 1.';
comment on column reporting.kept_webhooks.outcome is
'unknown: of a kind that nothing here knows. refused: it should be an event, and cannot be one.';
comment on column reporting.kept_webhooks.kind is 'What the processor calls it.';
comment on column reporting.kept_webhooks.code is 'Why it is no event.';
comment on column reporting.kept_webhooks.message is 'The reason in words.';
comment on column reporting.kept_webhooks.body_bytes is
'How long the body is; list_kept_webhooks shows it.';
comment on column reporting.kept_webhooks.deliveries is 'How often it was received.';
comment on column reporting.kept_webhooks.received_at is 'When it was received first.';
comment on column reporting.kept_webhooks.last_received_at is 'When it was received last.';
comment on column reporting.kept_webhooks.is_open is 'Whether it waits for somebody.';
comment on column reporting.kept_webhooks.dismissed_at is 'When a person had seen to it.';
comment on column reporting.kept_webhooks.dismissed_by is 'Who had.';
comment on column reporting.kept_webhooks.reason is 'What the person says.';
