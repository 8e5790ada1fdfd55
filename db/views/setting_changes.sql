create or replace view reporting.setting_changes
with (security_barrier) as
select
    nullif(c.restaurant_id, '') as restaurant_id,
    c.changed_at,
    c.changed_by,
    s.setting,
    c.old_settings ->> s.setting as old_value,
    c.new_settings ->> s.setting as new_value
from ledger.setting_changes as c
cross join lateral jsonb_object_keys(c.new_settings) as s (setting);

comment on view reporting.setting_changes is
'Every change of a restaurant''s settings, and of the platform''s own, setting by setting.';
comment on column reporting.setting_changes.restaurant_id is
'The restaurant; null: the platform''s own settings.';
comment on column reporting.setting_changes.changed_at is 'When it was changed.';
comment on column reporting.setting_changes.changed_by is 'Who changed it.';
comment on column reporting.setting_changes.setting is
'The setting, as set_restaurant or set_platform_settings names it.';
comment on column reporting.setting_changes.old_value is
'What it was before; null: the restaurant was registered by this.';
comment on column reporting.setting_changes.new_value is 'What it was after.';
