create or replace view reporting.check_reversal_not_mirror
with (security_barrier) as
select
    k.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('posted %s; %s had posted %s', m.entries, a.event_id, o.entries) as finding
from ledger.audited_links as k
inner join ledger.processor_events as v
    on k.restaurant_id = v.restaurant_id and k.event_no = v.event_no
inner join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
cross join
    lateral (
        select
            string_agg(format('%s %s', l.entry_type, l.amount), ', ' order by l.entry_seq)
                as entries,
            array_agg(
                format('%s %s %s', l.amount, t.debit_account, t.credit_account) order by l.entry_seq
            ) as movements
        from ledger.ledger_entries as l
        inner join ledger.entry_types as t on l.entry_type = t.entry_type
        where
            l.restaurant_id = v.restaurant_id and l.event_no = v.event_no
            and l.currency = v.currency
            and l.entry_seq >= v.first_entry_seq
            and l.entry_seq < v.first_entry_seq + v.entry_count
    ) as m
cross join
    lateral (
        select
            string_agg(format('%s %s', l.entry_type, l.amount), ', ' order by l.entry_seq)
                as entries,
            array_agg(
                format('%s %s %s', l.amount, t.credit_account, t.debit_account) order by l.entry_seq
            ) as movements
        from ledger.ledger_entries as l
        inner join ledger.entry_types as t on l.entry_type = t.entry_type
        where
            l.restaurant_id = a.restaurant_id and l.event_no = a.event_no
            and l.currency = a.currency
            and l.entry_seq >= a.first_entry_seq
            and l.entry_seq < a.first_entry_seq + a.entry_count
    ) as o
where k.is_reversal and m.movements is distinct from o.movements;

comment on view reporting.check_reversal_not_mirror is
'error: A reversal is not the mirror of what it takes back. Reason: It posts each entry of the '
'event again, with debit and credit the other way round. Else something of the mistake stays. '
'Remedy: Compare the entries of both events, and correct the difference with an adjustment.';
comment on column reporting.check_reversal_not_mirror.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_reversal_not_mirror.currency is
'The currency.';
comment on column reporting.check_reversal_not_mirror.reference is
'What to look up.';
comment on column reporting.check_reversal_not_mirror.finding is
'What was found, in words and figures.';
