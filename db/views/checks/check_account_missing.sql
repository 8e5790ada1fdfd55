-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_account_missing
with (security_barrier) as
-- Between each account and the next one nothing may be: one look-up a table, whatever it holds.
with accounts as (
    select
        k.restaurant_id,
        k.currency,
        lead(k.restaurant_id) over (order by k.restaurant_id, k.currency) as next_restaurant_id,
        lead(k.currency) over (order by k.restaurant_id, k.currency) as next_currency
    from (
        select
            b.restaurant_id,
            b.currency
        from ledger.account_balances as b
        union all
        select
            ''::text collate "C" as restaurant_id,
            ''::text collate "C" as currency
    ) as k
)

select
    n.restaurant_id,
    n.currency,
    n.reference,
    format('it has %s, and there is no such account', n.reference) as finding
from accounts as k
cross join
    lateral (
        (
            select
                x.restaurant_id,
                x.currency,
                format('entry %s', x.entry_seq) as reference
            from ledger.ledger_entries as x
            where (x.restaurant_id, x.currency) > (k.restaurant_id, k.currency)
            order by x.restaurant_id, x.currency, x.entry_seq
            limit 1
        )
        union all
        (
            select
                x.restaurant_id,
                x.currency,
                format('payout %s', x.payout_id) as reference
            from ledger.payouts as x
            where (x.restaurant_id, x.currency) > (k.restaurant_id, k.currency)
            order by x.restaurant_id, x.currency, x.as_of
            limit 1
        )
        union all
        (
            select
                x.restaurant_id,
                x.currency,
                format('pending day %s', x.available_on) as reference
            from ledger.pending_days as x
            where (x.restaurant_id, x.currency) > (k.restaurant_id, k.currency)
            order by x.restaurant_id, x.currency, x.available_on
            limit 1
        )
    ) as n
where
    k.next_restaurant_id is null
    or (n.restaurant_id, n.currency) < (k.next_restaurant_id, k.next_currency)

union all

-- Events are numbered within a restaurant: those of one that has no account at all, and new ones in
-- a currency in which it has none.
select
    n.restaurant_id,
    n.currency,
    n.event_id as reference,
    format('it has event %s, and there is no such account', n.event_id) as finding
from accounts as k
cross join
    lateral (
        select
            x.restaurant_id,
            x.currency,
            x.event_id
        from ledger.processor_events as x
        where x.restaurant_id > k.restaurant_id
        order by x.restaurant_id, x.event_no
        limit 1
    ) as n
where
    k.restaurant_id is distinct from k.next_restaurant_id
    and (k.next_restaurant_id is null or n.restaurant_id < k.next_restaurant_id)

union all

select
    n.restaurant_id,
    n.currency,
    n.event_id as reference,
    format('it has event %s, and there is no such account', n.event_id) as finding
from (
    select
        a.restaurant_id,
        min(a.after_event_no) as after_event_no
    from ledger.audited_accounts as a
    group by a.restaurant_id
) as a
cross join
    lateral (
        select x.*
        from ledger.processor_events as x
        where
            x.restaurant_id = a.restaurant_id
            and x.event_no > a.after_event_no
            and x.event_no <= 9223372036854775807
        offset 0  -- noqa: AM09
    ) as n
where
    not exists (
        select 1
        from ledger.account_balances as b
        where b.restaurant_id = n.restaurant_id and b.currency = n.currency
    );

comment on view reporting.check_account_missing is
'error: Something belongs to an account that is not there. Reason: Entries, events, payouts and '
'pending days are of an account, and what is of none is in no balance and in no other check. '
'Remedy: Compare with a backup. Somebody removed the account, or wrote the row around the '
'functions.';
comment on column reporting.check_account_missing.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_account_missing.currency is
'The currency.';
comment on column reporting.check_account_missing.reference is
'What to look up.';
comment on column reporting.check_account_missing.finding is
'What was found, in words and figures.';
