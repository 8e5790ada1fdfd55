create or replace view reporting.payout_term_changes
with (security_barrier) as
select
    h.restaurant_id,
    h.currency,
    h.change_no,
    h.changed_at,
    h.changed_by,
    h.reason,
    s.term,
    h.old_terms ->> s.term as old_value,
    h.new_terms ->> s.term as new_value
from ledger.payout_term_changes as h
cross join lateral jsonb_object_keys(h.new_terms) as s (term);

comment on view reporting.payout_term_changes is
'Every change of payout terms, term by term: when, by whom, why, from what to what.';
comment on column reporting.payout_term_changes.restaurant_id is 'The restaurant.';
comment on column reporting.payout_term_changes.currency is 'The currency.';
comment on column reporting.payout_term_changes.change_no is
'Later changes have higher numbers; what was changed at once has one.';
comment on column reporting.payout_term_changes.changed_at is 'When it was changed.';
comment on column reporting.payout_term_changes.changed_by is
'Who changed it: a person, or the processor whose report of a failure did.';
comment on column reporting.payout_term_changes.reason is 'Why, if it was said.';
comment on column reporting.payout_term_changes.term is 'The term; see reporting.payout_terms.';
comment on column reporting.payout_term_changes.old_value is 'What it was before; null: none.';
comment on column reporting.payout_term_changes.new_value is 'What it was after; null: none.';
