create or replace view reporting.check_running_balance_broken
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s leaves balance %s, reserved %s, held %s; before it they were %s, %s, %s',
        e.entry_type,
        e.amount,
        e.balance_after,
        e.reserved_after,
        e.held_after,
        e.balance_before,
        e.reserved_before,
        e.held_before
    ) as finding
from ledger.audited_steps as e
inner join ledger.entry_types as t on e.entry_type = t.entry_type
where
    e.balance_after <> e.balance_before::numeric + e.amount * t.balance_effect
    or e.reserved_after <> e.reserved_before::numeric + e.amount * t.reserved_effect
    or e.held_after <> e.held_before::numeric + e.amount * t.held_effect;

comment on view reporting.check_running_balance_broken is
'error: The balance after an entry does not follow from the one before. Reason: Each entry '
'stores what it leaves. The first finding of an account is where the book was changed. Remedy: '
'Compare the entry named, and the one before it, with a backup.';
comment on column reporting.check_running_balance_broken.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_running_balance_broken.currency is
'The currency.';
comment on column reporting.check_running_balance_broken.reference is
'What to look up.';
comment on column reporting.check_running_balance_broken.finding is
'What was found, in words and figures.';
