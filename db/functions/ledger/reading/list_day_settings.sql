create or replace function ledger.list_day_settings(p_restaurant_id text)
returns table (since timestamptz, until timestamptz, timezone text, day_close_hour smallint)
language sql
stable
as $function$
/*
 * Function: ledger.list_day_settings(1)
 *     Which settings said to which day a moment belongs, from when until when.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 * Returns:
 *     a row a period, the first without beginning, the last without end, none overlapping
 * Reads:  ledger.restaurants, ledger.setting_changes
 */
    with change as (
        select c.*
        from ledger.setting_changes as c
        where c.restaurant_id = p_restaurant_id
            and c.new_settings ?| array['timezone', 'day_close_hour']
    ),

    period as (
        select
            m.since,
            coalesce(lead(m.since) over (order by m.since), 'infinity') as until
        from (
            select '-infinity'::timestamptz as since
            union
            select c.changed_at
            from change as c
        ) as m
    )

    -- A setting was what the first later change of it has changed.
    select
        p.since,
        p.until,
        coalesce((
            select c.old_settings ->> 'timezone'
            from change as c
            where c.changed_at > p.since
                and c.old_settings ? 'timezone'
            order by c.changed_at, c.change_no
            limit 1
        ), r.timezone),
        coalesce((
            select (c.old_settings ->> 'day_close_hour')::smallint
            from change as c
            where c.changed_at > p.since
                and c.old_settings ? 'day_close_hour'
            order by c.changed_at, c.change_no
            limit 1
        ), r.day_close_hour)
    from period as p
    cross join ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id;
$function$;

comment on function ledger.list_day_settings(text)
is 'Which settings said to which day a moment belongs, from when until when.';
