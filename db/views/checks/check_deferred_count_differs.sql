create or replace view reporting.check_deferred_count_differs
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'account'::text as reference,
    format('counts %s, %s wait', b.deferred_count, coalesce(d.events, 0)) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        count(*) as events
    from ledger.deferred_events as x
    group by x.restaurant_id, x.currency
) as d
    on b.restaurant_id = d.restaurant_id and b.currency = d.currency
where b.deferred_count <> coalesce(d.events, 0);

comment on view reporting.check_deferred_count_differs is
'error: An account counts other events that wait than there are. Reason: Posting looks for '
'events that wait only where the count says that there are some. Too low: they wait for ever. '
'Remedy: Replay the events of the account that wait, and find what wrote them around the '
'functions.';
comment on column reporting.check_deferred_count_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_deferred_count_differs.currency is
'The currency.';
comment on column reporting.check_deferred_count_differs.reference is
'What to look up.';
comment on column reporting.check_deferred_count_differs.finding is
'What was found, in words and figures.';
