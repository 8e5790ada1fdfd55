create or replace view reporting.check_settings_differ_from_changes
with (security_barrier) as
with change as (
    select
        c.restaurant_id,
        n.key as setting,
        c.change_no,
        c.changed_at,
        c.old_settings -> n.key as old_value,
        n.value as new_value,
        lag(n.value) over setting as value_before,
        lead(c.change_no) over setting is null as is_last
    from ledger.setting_changes as c
    cross join lateral jsonb_each(c.new_settings) as n
    where n.key not like 'webhook%'
    window setting as (partition by c.restaurant_id, n.key order by c.change_no)
),

present as (
    select
        r.restaurant_id,
        p.key as setting,
        p.value
    from ledger.restaurants as r
    cross join
        lateral (
            values
            ('timezone', to_jsonb(r.timezone)),
            ('day_close_hour', to_jsonb(r.day_close_hour)),
            ('settlement_delay_days', to_jsonb(r.settlement_delay_days)),
            ('payouts_paused', to_jsonb(r.is_payouts_paused)),
            ('closed', to_jsonb(r.closed_at is not null))
        ) as p (key, value)
    union all
    select
        '' as restaurant_id,
        p.key as setting,
        p.value
    from ledger.platform_settings as s
    cross join lateral jsonb_each(to_jsonb(s)) as p
)

select
    c.restaurant_id,
    null::text as currency,
    c.setting as reference,
    format(
        'change %s goes from %s to %s; it was %s before and is %s now',
        c.change_no, coalesce(c.old_value::text, 'none'), c.new_value,
        coalesce(c.value_before::text, '?'),
        case when c.is_last then coalesce(p.value::text, 'gone') else '?' end
    ) as finding
from change as c
left join present as p on c.restaurant_id = p.restaurant_id and c.setting = p.setting
where
    c.old_value is distinct from coalesce(c.value_before, c.old_value)
    or (
        c.is_last
        and p.value is distinct from c.new_value
        and c.setting not like 'payout_schedule %'
    )
    or c.old_value = c.new_value;

comment on view reporting.check_settings_differ_from_changes is
'error: A setting is not what its last change made it. Reason: Every change of a restaurant''s '
'settings, of the platform''s own and of its payout schedules is kept with what was before; each '
'begins where the one before it ended, and the last one is how it is. Remedy: Ask who changed it '
'around the functions, compare with a backup, and set it again.';
comment on column reporting.check_settings_differ_from_changes.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_settings_differ_from_changes.currency is
'The currency.';
comment on column reporting.check_settings_differ_from_changes.reference is
'What to look up.';
comment on column reporting.check_settings_differ_from_changes.finding is
'What was found, in words and figures.';
