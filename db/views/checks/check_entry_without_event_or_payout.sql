-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_entry_without_event_or_payout
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    case
        when e.event_no is null and e.payout_id is null
            then format('%s of %s names no event and no payout', e.entry_type, e.amount)
        when e.event_no is not null and not e.is_there
            then format('%s of %s names missing event %s', e.entry_type, e.amount, e.event_no)
        else format('%s of %s names missing payout %s', e.entry_type, e.amount, e.payout_id)
    end as finding
from ledger.audited_postings as e
left join
    lateral (
        select y.*
        from ledger.payouts as y
        where
            y.restaurant_id = e.restaurant_id
            and y.payout_id = e.payout_id
            and e.payout_id is not null
        offset 0  -- noqa: AM09
    ) as p
    on true
where
    (e.event_no is null and e.payout_id is null)
    or (e.event_no is not null and not e.is_there)
    or (e.payout_id is not null and p.payout_id is null);

comment on view reporting.check_entry_without_event_or_payout is
'error: An entry has no cause. Reason: Each entry names the event or the payout that made it. '
'Money that moved without a cause cannot be explained to anyone. Remedy: Entries cannot be '
'deleted, so the cause was, or the entry was written around the functions. Compare with a '
'backup taken before its recorded_at.';
comment on column reporting.check_entry_without_event_or_payout.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_without_event_or_payout.currency is
'The currency.';
comment on column reporting.check_entry_without_event_or_payout.reference is
'What to look up.';
comment on column reporting.check_entry_without_event_or_payout.finding is
'What was found, in words and figures.';
