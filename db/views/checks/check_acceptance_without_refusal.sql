create or replace view reporting.check_acceptance_without_refusal
with (security_barrier) as
select
    a.restaurant_id,
    e.currency,
    coalesce(e.event_id, format('event %s', a.event_no)) as reference,
    format('%s accepted it against %s', a.actor, a.code) as finding
from ledger.event_acceptances as a
left join ledger.processor_events as e
    on a.restaurant_id = e.restaurant_id and a.event_no = e.event_no
where
    not exists (
        select 1
        from ledger.event_rejections as r
        where
            r.event_id = e.event_id
            and r.provider = e.provider
            and r.code = a.code
    );

comment on view reporting.check_acceptance_without_refusal is
'warning: An event was accepted against a rule that never refused it. Reason: A person has an '
'event posted that a rule refused, and the refusal is kept as the evidence. Remedy: Ask the '
'person who accepted it, and find what wrote the acceptance around the functions.';
comment on column reporting.check_acceptance_without_refusal.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_acceptance_without_refusal.currency is
'The currency.';
comment on column reporting.check_acceptance_without_refusal.reference is
'What to look up.';
comment on column reporting.check_acceptance_without_refusal.finding is
'What was found, in words and figures.';
