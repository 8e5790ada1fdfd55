create or replace view reporting.check_catalog_differs_from_deploy
with (security_barrier) as
select
    null::text as restaurant_id,
    null::text as currency,
    format('%s %s', d.kind, d.name) as reference,
    d.finding
from api.list_drift() as d
where d.kind <> 'row';

comment on view reporting.check_catalog_differs_from_deploy is
'error: The database is not what its last deploy left. Reason: Constraints, triggers, functions, '
'policies and grants hold the rules of the book; whoever drops or changes one by hand may write '
'what must not be. Remedy: Look who did it, and run python db/deploy.py: it restores functions, '
'triggers, views and rights, and says of the rest what is to be restored by hand';
comment on column reporting.check_catalog_differs_from_deploy.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_catalog_differs_from_deploy.currency is
'The currency.';
comment on column reporting.check_catalog_differs_from_deploy.reference is
'What to look up.';
comment on column reporting.check_catalog_differs_from_deploy.finding is
'What was found, in words and figures.';
