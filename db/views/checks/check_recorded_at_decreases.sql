create or replace view reporting.check_recorded_at_decreases
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format('was recorded at %s, the entry before it at %s', e.recorded_at, e.recorded_before)
        as finding
from ledger.audited_steps as e
where e.recorded_at < e.recorded_before;

comment on view reporting.check_recorded_at_decreases is
'error: An entry was recorded earlier than the one before it. Reason: The entries of an account '
'are recorded one after the other under its lock. The balance at an earlier moment and the days '
'of a statement are found by halving, which needs times that never decrease. Remedy: Compare the '
'entry named, and the one before it, with a backup.';
comment on column reporting.check_recorded_at_decreases.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_recorded_at_decreases.currency is
'The currency.';
comment on column reporting.check_recorded_at_decreases.reference is
'What to look up.';
comment on column reporting.check_recorded_at_decreases.finding is
'What was found, in words and figures.';
