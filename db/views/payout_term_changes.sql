create or replace view reporting.payout_term_changes
with (security_barrier) as
select
    h.restaurant_id,
    h.currency,
    h.change_no,
    h.changed_at,
    h.changed_by,
    h.reason,
    h.old_terms,
    h.new_terms
from ledger.payout_term_changes as h;

comment on view reporting.payout_term_changes is
'Every change of payout terms: when, by whom, why, from what to what.';
comment on column reporting.payout_term_changes.restaurant_id is 'The restaurant.';
comment on column reporting.payout_term_changes.currency is 'The currency.';
comment on column reporting.payout_term_changes.change_no is 'Later changes have higher numbers.';
comment on column reporting.payout_term_changes.changed_at is 'When it was changed.';
comment on column reporting.payout_term_changes.changed_by is
'Who changed it: a person, or the processor whose report of a failure did.';
comment on column reporting.payout_term_changes.reason is 'Why, if it was said.';
comment on column reporting.payout_term_changes.old_terms is 'What was changed, as it was before.';
comment on column reporting.payout_term_changes.new_terms is 'The same as it was after.';
