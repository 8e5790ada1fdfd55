create or replace view ledger.setting_periods as
-- One period ends with each change of such a setting, and one goes on. A setting was what the first
-- change of it after the period's begin has changed. Where the change says after which entries it
-- was, its time does not matter: clocks are set back. Else who waited for the lock of whoever
-- changed it was recorded before that and has it all the same: an hour more at both ends.
with change as (
    select
        c.restaurant_id,
        c.change_no,
        c.changed_at,
        c.entry_seqs
    from ledger.setting_changes as c
    where
        c.restaurant_id <> ''
        and c.old_settings
        ?| array['timezone', 'day_close_hour', 'settlement_delay_days']
),

known as materialized (
    select
        ledger.known_timezones(
            array(
                select x.timezone
                from ledger.restaurants as x
                union
                select c.old_settings ->> 'timezone'
                from ledger.setting_changes as c
                where c.old_settings ? 'timezone'
            )
        ) as timezones
)

select
    p.restaurant_id,
    b.currency,
    coalesce((p.since_seqs ->> b.currency)::bigint, 0) as after_seq,
    case
        when p.until_seqs is null then 9223372036854775807
        else coalesce((p.until_seqs ->> b.currency)::bigint, 0)
    end as last_seq,
    case when p.since_seqs is null then p.since - interval '1 hour' else '-infinity' end as since,
    case when p.until_seqs is null then p.until + interval '1 hour' else 'infinity' end as until,
    z.timezone,
    coalesce((o.settings ->> 'day_close_hour')::smallint, r.day_close_hour) as day_close_hour,
    coalesce((o.settings ->> 'settlement_delay_days')::smallint, r.settlement_delay_days)
        as settlement_delay_days,
    z.timezone = any(k.timezones) as is_known
from (
    select
        c.restaurant_id,
        c.change_no,
        lag(c.changed_at, 1, '-infinity'::timestamptz) over steps as since,
        lag(c.entry_seqs) over steps as since_seqs,
        c.changed_at as until,
        c.entry_seqs as until_seqs
    from (
        select x.*
        from change as x
        union all
        select
            r.restaurant_id,
            9223372036854775807 as change_no,
            'infinity'::timestamptz as changed_at,
            null::jsonb as entry_seqs
        from ledger.restaurants as r
    ) as c
    window steps as (partition by c.restaurant_id order by c.change_no)
) as p
inner join ledger.restaurants as r on p.restaurant_id = r.restaurant_id
inner join ledger.account_balances as b on p.restaurant_id = b.restaurant_id
cross join
    lateral (
        select jsonb_object_agg(n.name, c.old_value) as settings
        from unnest(array['timezone', 'day_close_hour', 'settlement_delay_days']) as n (name)
        cross join
            lateral (
                select x.old_settings -> n.name as old_value
                from ledger.setting_changes as x
                where
                    x.restaurant_id = p.restaurant_id
                    and x.change_no >= p.change_no
                    and x.old_settings ? n.name
                order by x.change_no
                limit 1
            ) as c
    ) as o
cross join lateral (select coalesce(o.settings ->> 'timezone', r.timezone) as timezone) as z
cross join known as k;

comment on view ledger.setting_periods is
'Which settings held for which entries of an account, by what is known of their changes; for the '
'checks that compute days anew.';
comment on column ledger.setting_periods.restaurant_id is 'The restaurant.';
comment on column ledger.setting_periods.currency is 'The currency.';
comment on column ledger.setting_periods.after_seq is
'They held for entries after this one; 0: from the first, or that was not kept.';
comment on column ledger.setting_periods.last_seq is
'Up to this one; the highest number there is: they hold, or that was not kept.';
comment on column ledger.setting_periods.since is
'Where that was not kept: from when they may have held, an hour before they were set; else '
'-infinity.';
comment on column ledger.setting_periods.until is
'The same of when they were changed, an hour after it; else infinity.';
comment on column ledger.setting_periods.timezone is 'IANA name of its time zone.';
comment on column ledger.setting_periods.day_close_hour is
'Local hour at which its business day ended.';
comment on column ledger.setting_periods.settlement_delay_days is
'Days until money in was available.';
comment on column ledger.setting_periods.is_known is 'Whether this server knows the time zone.';
