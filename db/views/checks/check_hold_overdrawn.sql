create or replace view reporting.check_hold_overdrawn
with (security_barrier) as
select
    h.restaurant_id,
    h.currency,
    h.hold_id as reference,
    format('%s was held, %s was released', h.amount, h.released) as finding
from reporting.holds as h
where h.remaining < 0;

comment on view reporting.check_hold_overdrawn is
'error: More was released of a hold than was held. Reason: A release takes from its hold, and '
'what would take more than is left is refused. Remedy: Compare with reporting.holds and the '
'events about it. Hold the difference again, and find what wrote the release around the '
'functions.';
comment on column reporting.check_hold_overdrawn.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_hold_overdrawn.currency is
'The currency.';
comment on column reporting.check_hold_overdrawn.reference is
'What to look up.';
comment on column reporting.check_hold_overdrawn.finding is
'What was found, in words and figures.';
