create or replace view reporting.check_event_without_its_entries
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        '%s of %s entries are there, the first is %s instead of %s',
        coalesce(e.entry_count, 0),
        v.entry_count,
        coalesce(e.first_entry_seq::text, 'none'),
        coalesce(v.first_entry_seq::text, 'none')
    ) as finding
from ledger.audited_events as v
left join (
    select
        x.restaurant_id,
        x.event_no,
        count(*) as entry_count,
        min(x.entry_seq) as first_entry_seq
    from ledger.audited_entries as x
    where x.event_no is not null
    group by x.restaurant_id, x.event_no
) as e
    on v.restaurant_id = e.restaurant_id and v.event_no = e.event_no
where
    v.entry_count <> coalesce(e.entry_count, 0)
    or v.first_entry_seq is distinct from e.first_entry_seq;

comment on view reporting.check_event_without_its_entries is
'error: An event lacks entries it posted. Reason: An event keeps the number of its entries and '
'the first one''s; both are written in one transaction with the entries. Remedy: Compare with '
'a backup. Do not send the event again: it is known and would post nothing.';
comment on column reporting.check_event_without_its_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_without_its_entries.currency is
'The currency.';
comment on column reporting.check_event_without_its_entries.reference is
'What to look up.';
comment on column reporting.check_event_without_its_entries.finding is
'What was found, in words and figures.';
