create or replace view ledger.setting_periods as
-- One period ends with each change of such a setting, and one goes on. A setting was what the first
-- change of it after the period's begin has changed. Who waited for the lock of whoever changed it
-- was recorded before that and has it all the same, and clocks are set back: an hour more at both
-- ends, so that two periods may overlap.
with change as (
    select
        c.restaurant_id,
        c.change_no,
        c.changed_at,
        c.old_settings
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
    p.since - interval '1 hour' as since,
    p.until + interval '1 hour' as until,
    z.timezone,
    coalesce((o.settings ->> 'day_close_hour')::smallint, r.day_close_hour) as day_close_hour,
    coalesce((o.settings ->> 'settlement_delay_days')::smallint, r.settlement_delay_days)
        as settlement_delay_days,
    z.timezone = any(k.timezones) as is_known
from (
    select
        c.restaurant_id,
        c.change_no,
        lag(c.changed_at, 1, '-infinity'::timestamptz) over (
            partition by c.restaurant_id order by c.change_no
        ) as since,
        c.changed_at as until
    from change as c
    union all
    select
        x.restaurant_id,
        null::bigint as change_no,
        coalesce(max(c.changed_at), '-infinity'::timestamptz) as since,
        'infinity'::timestamptz as until
    from ledger.restaurants as x
    left join change as c on x.restaurant_id = c.restaurant_id
    group by x.restaurant_id
) as p
inner join ledger.restaurants as r on p.restaurant_id = r.restaurant_id
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
'Which settings held for what was recorded when, by what is known of their changes; for the checks '
'that compute days anew.';
comment on column ledger.setting_periods.restaurant_id is 'The restaurant.';
comment on column ledger.setting_periods.since is
'From when they may have held; an hour before they were set.';
comment on column ledger.setting_periods.until is
'Until when they may have held; an hour after they were changed.';
comment on column ledger.setting_periods.timezone is 'IANA name of its time zone.';
comment on column ledger.setting_periods.day_close_hour is
'Local hour at which its business day ended.';
comment on column ledger.setting_periods.settlement_delay_days is
'Days until money in was available.';
comment on column ledger.setting_periods.is_known is 'Whether this server knows the time zone.';
