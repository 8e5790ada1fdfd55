-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_holdings as
select
    k.restaurant_id,
    k.event_no,
    k.event_type
from ledger.holdings as k
where ledger.audits_everything()

union all

-- As in audited_entries.
select
    k.restaurant_id,
    k.event_no,
    k.event_type
from (
    select
        x.restaurant_id,
        min(x.after_event_no) as after_event_no
    from ledger.audited_accounts as x
    group by x.restaurant_id
) as a
cross join
    lateral (
        select x.*
        from ledger.holdings as x
        where
            x.restaurant_id = a.restaurant_id
            and x.event_no > a.after_event_no
            and x.event_no <= 9223372036854775807
        offset 0  -- noqa: AM09
    ) as k
where not ledger.audits_everything();

comment on view ledger.audited_holdings is
'Disputes and holds that an audit looks at: of the events since the last audited seal of '
'their restaurant, some sealed ones included, or all.';
comment on column ledger.audited_holdings.restaurant_id is 'The restaurant.';
comment on column ledger.audited_holdings.event_no is 'The event.';
comment on column ledger.audited_holdings.event_type is 'Its type.';
