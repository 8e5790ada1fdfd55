create or replace view reporting.check_reference_differs_from_deploy
with (security_barrier) as
select
    null::text as restaurant_id,
    null::text as currency,
    format('%s %s', d.kind, d.name) as reference,
    d.finding
from api.list_drift('row') as d;

comment on view reporting.check_reference_differs_from_deploy is
'error: The chart, a rule, a currency or its like is not what the last deploy left. Reason: They '
'say what events post, and entries are read by them; they are files, and changed by a deploy only. '
'Remedy: Look who did it, and run python db/deploy.py, which brings back what the files say. What '
'no file says (valid_from, the history of rules) is to be restored from a backup';
comment on column reporting.check_reference_differs_from_deploy.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_reference_differs_from_deploy.currency is
'The currency.';
comment on column reporting.check_reference_differs_from_deploy.reference is
'What to look up.';
comment on column reporting.check_reference_differs_from_deploy.finding is
'What was found, in words and figures.';
