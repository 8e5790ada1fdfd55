create or replace view reporting.check_entry_seq_gap
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    case
        when e.entry_seq <> e.previous_seq + 1
            then format('entry %s is followed by entry %s', e.previous_seq, e.entry_seq)
        else format(
            'is the last one, but the balance row says that %s is',
            coalesce(b.last_entry_seq::text, 'none')
        )
    end as finding
from ledger.audited_steps as e
left join ledger.account_balances as b
    on e.restaurant_id = b.restaurant_id and e.currency = b.currency
where
    e.entry_seq <> e.previous_seq + 1
    or (e.is_last and b.last_entry_seq is distinct from e.entry_seq);

comment on view reporting.check_entry_seq_gap is
'error: The entries of an account are not numbered without gaps. Reason: Numbers are given one '
'by one under the account''s lock, so a missing number is a missing entry, and a balance row '
'with another last number is behind or ahead of the book. Remedy: Compare with a backup which '
'entry is missing.';
comment on column reporting.check_entry_seq_gap.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_seq_gap.currency is
'The currency.';
comment on column reporting.check_entry_seq_gap.reference is
'What to look up.';
comment on column reporting.check_entry_seq_gap.finding is
'What was found, in words and figures.';
