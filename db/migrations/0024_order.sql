-- What came before what, by numbers: a clock may be set back, and a check that compares what it
-- said at different moments would then take a sound book for a forged one.

-- Computed before anything is locked: who ingests reads the settings.
do $known$
begin
    perform set_config(
        'cuenta.payments_since_no',
        coalesce(
            least(
                max(v.event_no) filter (where v.received_at < s.payments_since),
                min(v.event_no) filter (
                    where v.event_type = 'charge_succeeded' and v.subject_id is not null
                ) - 1
            ),
            0
        )::text,
        true
    )
    from ledger.processor_events as v
    cross join ledger.platform_settings as s;
end
$known$;

alter table ledger.platform_settings add column payments_since_no bigint not null default 0;
comment on column ledger.platform_settings.payments_since_no is
'The last event of before that: what is checked of events depends on it, and on no clock.';
update ledger.platform_settings as s
set payments_since_no = current_setting('cuenta.payments_since_no')::bigint
where current_setting('cuenta.payments_since_no') <> '0';
comment on column ledger.platform_settings.payments_since is
'Since when a charge keeps the payment that it names: those from before do not.';

alter table ledger.setting_changes add column entry_seqs jsonb;
comment on column ledger.setting_changes.entry_seqs is
'The last entry of each account of the restaurant that was posted under the settings of before, by '
'currency; an account that is not named had none. Null: it was not kept then, or these are the '
'platform''s own settings.';

alter table ledger.posting_rule_history add column last_event_no bigint;
comment on column ledger.posting_rule_history.last_event_no is
'The highest event_no that had been drawn when it was replaced: none up to it follows the next '
'rule. Null: it was not kept then.';
