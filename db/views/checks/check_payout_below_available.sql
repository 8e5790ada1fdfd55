create or replace view reporting.check_payout_below_available
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'pays %s of a balance of %s, of which %s could be paid on %s',
        p.amount, p.balance, p.room, p.today
    ) as finding
from ledger.payout_rooms as p
inner join ledger.currencies as c on p.currency = c.currency
where
    p.amount <= p.room - c.payable_unit
    and p.amount <= p.room - coalesce(
        (
            select
                greatest(
                    max((k.old_terms ->> 'payable_unit')::bigint),
                    max((k.new_terms ->> 'payable_unit')::bigint)
                )
            from ledger.payout_term_changes as k
            where k.restaurant_id = p.restaurant_id and k.currency = p.currency
        ),
        0
    );

comment on view reporting.check_payout_below_available is
'warning: A payout pays less than was available. Reason: A payout is all that had settled and was '
'available when it was made, up to the payable unit of the restaurant''s terms or the currency. '
'Remedy: If the currency''s payable unit was larger then, nothing; the rest is in a later payout. '
'Else compare the payout with a backup.';
comment on column reporting.check_payout_below_available.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_below_available.currency is
'The currency.';
comment on column reporting.check_payout_below_available.reference is
'What to look up.';
comment on column reporting.check_payout_below_available.finding is
'What was found, in words and figures.';
