create or replace view reporting.check_entry_unlike_rule_of_its_time
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s is entry %s of %s: %s with amount %s and fee %s, its subject %s',
        e.entry_type, e.amount, e.entry_seq - e.first_entry_seq + 1,
        coalesce(e.event_id, 'no event'), e.event_type, e.event_amount, e.fee,
        e.subject_state
    ) as finding
from ledger.audited_postings as e
left join ledger.rule_periods as r
    on
        e.event_type = r.event_type
        and e.subject_state = r.subject_state
        and e.event_no > r.after_event_no
        and e.recorded_at >= r.since
        and (e.event_no <= r.last_event_no or e.recorded_at < r.until)
        and e.entry_type = case e.entry_seq - e.first_entry_seq
            when 0 then r.amount_entry
            when 1 then r.fee_entry
        end
        and e.amount = case e.entry_seq - e.first_entry_seq
            when 0 then e.event_amount else e.fee
        end
where
    case
        when e.event_no is null then e.entry_type <> 'PAYOUT_RESERVE' or e.payout_id is null
        else e.is_there and r.event_type is null
    end;

comment on view reporting.check_entry_unlike_rule_of_its_time is
'error: An entry is not what the rule of its time posts for its event. Reason: The rule for the '
'event''s type and its subject''s state says which entry comes first, with the amount, and which '
'second, with the fee; the entry after the event''s place, an entry of an event without one, or '
'of a payout that is no reserve, is none of them. Rules that were replaced are kept '
'(posting_rule_history). Remedy: Pause payouts of the restaurant, and compare the entry and its '
'event with a backup.';
comment on column reporting.check_entry_unlike_rule_of_its_time.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_unlike_rule_of_its_time.currency is
'The currency.';
comment on column reporting.check_entry_unlike_rule_of_its_time.reference is
'What to look up.';
comment on column reporting.check_entry_unlike_rule_of_its_time.finding is
'What was found, in words and figures.';
