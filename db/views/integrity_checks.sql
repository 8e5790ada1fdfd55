create or replace view reporting.integrity_checks
with (security_barrier) as
-- What a check is stands in its view's comment: "severity: title. Reason: ... Remedy: ...".
select
    substr(v.relname, 7) as check_name,
    split_part(d.description, ': ', 1) as severity,
    rtrim(split_part(substr(d.description, strpos(d.description, ': ') + 2), ' Reason: ', 1), '.')
        as title,
    split_part(split_part(d.description, ' Reason: ', 2), ' Remedy: ', 1) as reason,
    split_part(d.description, ' Remedy: ', 2) as remedy
from pg_catalog.pg_class as v
left join pg_catalog.pg_description as d
    on
        v.oid = d.objoid
        and d.classoid = 'pg_catalog.pg_class'::regclass
        and d.objsubid = 0
where
    v.relnamespace = 'reporting'::regnamespace
    and v.relkind = 'v'
    and starts_with(v.relname, 'check_');

comment on view reporting.integrity_checks is
'The checks of the ledger, also those that find nothing: each is the view check_ and its name, '
'whose comment says all of this.';
comment on column reporting.integrity_checks.check_name is 'The check''s name.';
comment on column reporting.integrity_checks.severity is
'error: must never happen; warning: legal, but a person should look.';
comment on column reporting.integrity_checks.title is
'What it means when the check finds something.';
comment on column reporting.integrity_checks.reason is 'Why that must not be, or is looked at.';
comment on column reporting.integrity_checks.remedy is 'What to do then.';
