create or replace view reporting.check_entry_type_unknown
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format('%s of %s', e.entry_type, e.amount) as finding
from ledger.audited_entries as e
where
    not exists (
        select 1
        from ledger.entry_types as t
        where t.entry_type = e.entry_type
    );

comment on view reporting.check_entry_type_unknown is
'error: An entry has a type that is not in the chart. Reason: The type names the accounts that '
'are debited and credited. No foreign key holds that for each entry, because all entries would '
'lock one row. Remedy: Find what wrote the entry around the functions, or which deploy took the '
'type away.';
comment on column reporting.check_entry_type_unknown.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_type_unknown.currency is
'The currency.';
comment on column reporting.check_entry_type_unknown.reference is
'What to look up.';
comment on column reporting.check_entry_type_unknown.finding is
'What was found, in words and figures.';
