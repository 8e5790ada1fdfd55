create or replace view reporting.check_payments_since_moved
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'was received at %s and has its payment; known since %s', v.received_at, s.payments_since
    )
        as finding
from ledger.platform_settings as s
cross join
    lateral (
        select x.*
        from ledger.audited_events as x
        where
            x.event_type = 'charge_succeeded'
            and x.subject_id is not null
            and x.received_at < s.payments_since - interval '1 hour'
        order by x.received_at
        limit 1
    ) as v;

comment on view reporting.check_payments_since_moved is
'error: The moment since when payments are known lies after one that is. Reason: Charges keep the '
'payment that they name since platform_settings.payments_since; checks look away from what is '
'older. Moved forward, it would hide what was changed. Remedy: Set it back to before the charge '
'named, and look at the checks again.';
comment on column reporting.check_payments_since_moved.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payments_since_moved.currency is
'The currency.';
comment on column reporting.check_payments_since_moved.reference is
'What to look up.';
comment on column reporting.check_payments_since_moved.finding is
'What was found, in words and figures.';
