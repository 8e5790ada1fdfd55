create or replace view reporting.webhook_sources
with (security_barrier) as
select
    s.source,
    s.scheme,
    s.settings,
    count(k.secret_no) filter (
        where k.valid_from <= now() and (k.valid_until > now()) is not false
    ) as valid_secrets,
    nullif(
        max(coalesce(k.valid_until, 'infinity')) filter (
            where k.valid_from <= now() and (k.valid_until > now()) is not false
        ),
        'infinity'
    ) as valid_until,
    s.created_at,
    s.changed_at,
    s.changed_by
from inbound.sources as s
left join inbound.source_secrets as k on s.source = k.source
group by s.source;

comment on view reporting.webhook_sources is
'Who sends signed webhooks, and whether it has a secret that is valid now.';
comment on column reporting.webhook_sources.source is
'Its name: the end of the path it posts to.';
comment on column reporting.webhook_sources.scheme is 'How it signs.';
comment on column reporting.webhook_sources.settings is
'How its signature and its documents are read.';
comment on column reporting.webhook_sources.valid_secrets is
'How many of its secrets are valid now; with none it is not heard.';
comment on column reporting.webhook_sources.valid_until is
'When the last of them ends; null: never, or none is valid.';
comment on column reporting.webhook_sources.created_at is 'When it was made.';
comment on column reporting.webhook_sources.changed_at is 'When it was changed last.';
comment on column reporting.webhook_sources.changed_by is 'Who did.';
