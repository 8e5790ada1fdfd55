create or replace view reporting.check_payments_since_moved
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'event %s has its payment; known after event %s', v.event_no, s.payments_since_no
    ) as finding
from ledger.platform_settings as s
cross join
    lateral (
        select x.*
        from ledger.audited_events as x
        where
            x.event_type = 'charge_succeeded'
            and x.subject_id is not null
            and x.event_no <= s.payments_since_no
        order by x.event_no
        limit 1
    ) as v;

comment on view reporting.check_payments_since_moved is
'error: The event since which payments are known lies after one that has its own. Reason: Charges '
'keep the payment that they name after event platform_settings.payments_since_no; checks look away '
'from what is older. Moved forward, it would hide what was changed. Remedy: Set it back to before '
'the charge named, and look at the checks again.';
comment on column reporting.check_payments_since_moved.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payments_since_moved.currency is
'The currency.';
comment on column reporting.check_payments_since_moved.reference is
'What to look up.';
comment on column reporting.check_payments_since_moved.finding is
'What was found, in words and figures.';
