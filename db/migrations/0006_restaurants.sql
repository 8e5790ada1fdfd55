-- Restaurants that are closed, whoever changed which setting when, and what of a day's pending
-- money was there at an earlier moment.

alter table ledger.restaurants add column closed_at timestamptz;
comment on column ledger.restaurants.closed_at is
'Since when it is closed: paid out, but charged no more; null: it is not.';

alter table ledger.account_balances add column is_closed boolean not null default false;
comment on column ledger.account_balances.is_closed is 'Whether the restaurant is closed.';

create table ledger.setting_changes (
    change_no bigint not null generated always as identity,
    changed_at timestamptz not null,
    restaurant_id text collate "C" not null,
    changed_by text not null,
    old_settings jsonb not null,
    new_settings jsonb not null,
    constraint setting_changes_pkey primary key (restaurant_id, change_no)
);
comment on table ledger.setting_changes is
'Every change of a restaurant''s settings, and of the platform''s own: when, by whom, from what to '
'what. Written under the lock of what is changed, so that numbers and moments are in its order.';
comment on column ledger.setting_changes.change_no is 'Internal number.';
comment on column ledger.setting_changes.changed_at is 'When it was changed.';
comment on column ledger.setting_changes.restaurant_id is
'The restaurant; empty: the platform''s own settings.';
comment on column ledger.setting_changes.changed_by is 'Who changed it.';
comment on column ledger.setting_changes.old_settings is
'What was changed, as it was before; empty: the restaurant was registered by this.';
comment on column ledger.setting_changes.new_settings is 'The same as it was after.';

alter table ledger.pending_days
add column first_entry_seq bigint,
add column last_entry_seq bigint;
comment on column ledger.pending_days.first_entry_seq is
'The first entry that was added: before it the day had nothing. Null: not known, an older row.';
comment on column ledger.pending_days.last_entry_seq is
'The last entry that was added: since then the day has all of its amount. Null: not known.';
