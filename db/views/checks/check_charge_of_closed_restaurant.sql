create or replace view reporting.check_charge_of_closed_restaurant
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('was received at %s; the restaurant was closed at %s', v.received_at, r.closed_at)
        as finding
from ledger.audited_events as v
inner join ledger.event_types as t on v.event_type = t.event_type
inner join ledger.restaurants as r on v.restaurant_id = r.restaurant_id
left join
    lateral (
        select c.entry_seqs
        from ledger.setting_changes as c
        where
            c.restaurant_id = r.restaurant_id
            and c.new_settings ->> 'closed' = 'true'
        order by c.change_no desc
        limit 1
    ) as k
    on true
where
    t.is_new_business
    and r.closed_at is not null
    and case
        when k.entry_seqs is null then v.received_at > r.closed_at
        else v.first_entry_seq > coalesce((k.entry_seqs ->> v.currency)::bigint, 0)
    end
    and not exists (
        select 1
        from ledger.event_acceptances as a
        where
            a.restaurant_id = v.restaurant_id
            and a.event_no = v.event_no
            and a.code = 'RESTAURANT_CLOSED'
    );

comment on view reporting.check_charge_of_closed_restaurant is
'warning: A restaurant was charged while it was closed. Reason: A closed restaurant takes no new '
'charge, unless a person accepts it; what came before is told by the numbers of its entries that '
'setting_changes keeps. Remedy: Ask who accepted it, and accept it so or reverse it. If it was '
'closed before these were kept, and the server''s clock was set back between the two, nothing.';
comment on column reporting.check_charge_of_closed_restaurant.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_charge_of_closed_restaurant.currency is
'The currency.';
comment on column reporting.check_charge_of_closed_restaurant.reference is
'What to look up.';
comment on column reporting.check_charge_of_closed_restaurant.finding is
'What was found, in words and figures.';
