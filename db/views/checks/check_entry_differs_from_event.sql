create or replace view reporting.check_entry_differs_from_event
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s %s, but %s is %s with amount %s, fee %s %s',
        e.entry_type,
        e.amount,
        e.currency,
        e.event_id,
        e.event_type,
        e.event_amount,
        e.fee,
        e.event_currency
    ) as finding
from ledger.audited_postings as e
left join (
    select distinct
        y.event_type,
        y.subject_state,
        f.entry_type,
        f.amount_field
    from (
        select
            n.event_type,
            n.subject_state,
            n.amount_entry,
            n.fee_entry
        from ledger.posting_rules as n
        union all
        select
            h.event_type,
            h.subject_state,
            h.amount_entry,
            h.fee_entry
        from ledger.posting_rule_history as h
    ) as y
    cross join lateral (
        values (y.amount_entry, 'amount'), (y.fee_entry, 'fee')
    ) as f (entry_type, amount_field)
) as r
    on
        e.event_type = r.event_type
        and e.subject_state = r.subject_state
        and e.entry_type = r.entry_type
where
    e.is_there
    and (
        e.currency <> e.event_currency
        or e.payout_id is distinct from e.event_payout_id
        or (e.entry_seq - e.first_entry_seq between 0 and e.entry_count - 1) is not true
        or e.amount is distinct from case r.amount_field
            when 'amount' then e.event_amount when 'fee' then e.fee
        end
    );

comment on view reporting.check_entry_differs_from_event is
'error: An entry is not what its event says. Reason: An entry takes its amount, currency and '
'payout from the event by ledger.posting_rules. A difference means that one of them, or a rule '
'that was in use, was changed afterwards. Remedy: Events keep the document as received: '
'compare its amount with the entry, then look at what was deployed since.';
comment on column reporting.check_entry_differs_from_event.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_differs_from_event.currency is
'The currency.';
comment on column reporting.check_entry_differs_from_event.reference is
'What to look up.';
comment on column reporting.check_entry_differs_from_event.finding is
'What was found, in words and figures.';
