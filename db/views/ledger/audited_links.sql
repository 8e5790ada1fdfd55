-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_links as
select
    k.restaurant_id,
    k.event_no,
    k.about_event_no,
    k.payment_event_no,
    k.is_reversal
from ledger.event_links as k
where ledger.audits_everything()

union all

-- As in audited_entries.
select
    k.restaurant_id,
    k.event_no,
    k.about_event_no,
    k.payment_event_no,
    k.is_reversal
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
        from ledger.event_links as x
        where
            x.restaurant_id = a.restaurant_id
            and x.event_no > a.after_event_no
            and x.event_no <= 9223372036854775807
        offset 0  -- noqa: AM09
    ) as k
where not ledger.audits_everything();

comment on view ledger.audited_links is
'What events are about, as far as an audit looks at it: of the events since the last '
'audited seal of their restaurant, some sealed ones included, or all.';
comment on column ledger.audited_links.restaurant_id is 'The restaurant.';
comment on column ledger.audited_links.event_no is 'The event.';
comment on column ledger.audited_links.about_event_no is 'The event that it is about; null: none.';
comment on column ledger.audited_links.payment_event_no is 'The charge of its payment; null: none.';
comment on column ledger.audited_links.is_reversal is 'Whether it takes back what it is about.';
