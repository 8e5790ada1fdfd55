-- Every trigger of the ledger, on one page. Replayed by each deploy.

-- Recorded facts are never changed.
create or replace trigger processor_events_append_only
before update or delete or truncate on ledger.processor_events
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_rejections_append_only
before update or delete or truncate on ledger.event_rejections
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_links_append_only
before update or delete or truncate on ledger.event_links
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_acceptances_append_only
before update or delete or truncate on ledger.event_acceptances
for each statement execute function ledger.tg_any__refuse();

create or replace trigger holdings_append_only
before update or delete or truncate on ledger.holdings
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_deferrals_append_only
before update or delete or truncate on ledger.event_deferrals
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_dismissals_append_only
before update or delete or truncate on ledger.event_dismissals
for each statement execute function ledger.tg_any__refuse();

create or replace trigger integrity_audits_append_only
before update or delete or truncate on ledger.integrity_audits
for each statement execute function ledger.tg_any__refuse();

create or replace trigger ledger_entries_append_only
before update or delete or truncate on ledger.ledger_entries
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_items_append_only
before update or delete or truncate on ledger.payout_items
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_skips_append_only
before update or delete or truncate on ledger.payout_skips
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_term_changes_append_only
before update or delete or truncate on ledger.payout_term_changes
for each statement execute function ledger.tg_any__refuse();

create or replace trigger setting_changes_append_only
before update or delete or truncate on ledger.setting_changes
for each statement execute function ledger.tg_any__refuse();

create or replace trigger fx_rates_append_only
before update or delete or truncate on ledger.fx_rates
for each statement execute function ledger.tg_any__refuse();

create or replace trigger account_seals_append_only
before update or delete or truncate on ledger.account_seals
for each statement execute function ledger.tg_any__refuse();

create or replace trigger journal_seals_append_only
before update or delete or truncate on ledger.journal_seals
for each statement execute function ledger.tg_any__refuse();

create or replace trigger seals_append_only
before update of
seal_no, sealed_at, account_count, entry_count, event_count, last_event_no, settled_event_no,
xact_id, sealed_by, heads, root, previous_root
or delete or truncate on ledger.seals
for each statement execute function ledger.tg_any__refuse();

create or replace trigger seals_audited_once
before update of audited_at on ledger.seals
for each row
when (old.audited_at is not null)
execute function ledger.tg_any__refuse();

-- What is changed, but never removed.
create or replace trigger cell_never_removed
before delete or truncate on ledger.cell
for each statement execute function ledger.tg_any__refuse();

create or replace trigger restaurants_never_removed
before delete or truncate on ledger.restaurants
for each statement execute function ledger.tg_any__refuse();

create or replace trigger api_keys_never_removed
before delete or truncate on access.api_keys
for each statement execute function ledger.tg_any__refuse();

create or replace trigger account_balances_never_removed
before delete or truncate on ledger.account_balances
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payouts_never_removed
before delete or truncate on ledger.payouts
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_runs_never_removed
before delete or truncate on ledger.payout_runs
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_schedules_never_removed
before delete or truncate on ledger.payout_schedules
for each statement execute function ledger.tg_any__refuse();

create or replace trigger payout_terms_never_removed
before delete or truncate on ledger.payout_terms
for each statement execute function ledger.tg_any__refuse();

create or replace trigger endpoints_never_removed
before delete or truncate on outbound.endpoints
for each statement execute function ledger.tg_any__refuse();

create or replace trigger sources_never_removed
before delete or truncate on inbound.sources
for each statement execute function ledger.tg_any__refuse();

create or replace trigger sources_keep_name
before update of source on inbound.sources
for each statement execute function ledger.tg_any__refuse();

create or replace trigger kept_webhooks_never_removed
before delete or truncate on inbound.kept_webhooks
for each statement execute function ledger.tg_any__refuse();

create or replace trigger kept_webhooks_keep_body
before update of webhook_no, received_at, source, item_no, body_digest, body
on inbound.kept_webhooks
for each statement execute function ledger.tg_any__refuse();

create or replace trigger endpoints_keep_id
before update of endpoint_id on outbound.endpoints
for each statement execute function ledger.tg_any__refuse();

-- An account moves to what its last entry says, whoever updates it, superusers included.
-- The columns that are named cost nothing where they are not set: an event pays for the first only.
create or replace trigger account_balances_follow_entries
before update of
balance, reserved, held, last_entry_seq, last_entry_at, last_event_at, closed_through
on ledger.account_balances
for each row execute function ledger.tg_account_balances__follow_entries();

create or replace trigger account_balances_stay_closed
before update of closed_through on ledger.account_balances
for each row
when (new.closed_through < old.closed_through)
execute function ledger.tg_any__posting_only();

create or replace trigger account_balances_keep_key
before update of restaurant_id, currency on ledger.account_balances
for each statement execute function ledger.tg_any__refuse();

create or replace trigger account_balances_open_empty
before insert on ledger.account_balances
for each row
when (
    new.balance <> 0
    or new.reserved <> 0
    or new.held <> 0
    or new.last_entry_seq <> 0
    or new.closed_through <> '-infinity'
)
execute function ledger.tg_any__posting_only();

create or replace trigger restaurants_keep_id
before update on ledger.restaurants
for each row execute function ledger.tg_restaurants__keep_id();

create or replace trigger restaurants_own_cell
before insert on ledger.restaurants
for each row execute function ledger.tg_restaurants__own_cell();

-- Payouts.
create or replace trigger payouts_guard
before update of
amount, reserve_entry_seq, created_at, paid_at, failed_at, canceled_at, as_of, restaurant_id,
currency, status, payout_id, run_id, failure_code, failure_reason
on ledger.payouts
for each row execute function ledger.tg_payouts__guard();

create or replace trigger payouts_hand_over
before update of submitted_at, submitted_by, confirmed_at, confirmed_by, external_id
on ledger.payouts
for each row execute function ledger.tg_payouts__hand_over();

-- What a payout consists of is written by one statement, and complete at its end.
create or replace trigger payouts_complete
after insert on ledger.payouts
referencing new table as written
for each statement execute function ledger.tg_payouts__complete();

create or replace trigger payout_items_complete
after insert on ledger.payout_items
referencing new table as written
for each statement execute function ledger.tg_payout_items__complete();

-- Reference data: rows of files, changed by their replay only; what is in use keeps its meaning.
create or replace trigger currencies_replay_only
before insert or update or delete or truncate on ledger.currencies
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger accounts_replay_only
before insert or update or delete or truncate on ledger.accounts
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger entry_types_replay_only
before insert or update or delete or truncate on ledger.entry_types
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger event_types_replay_only
before insert or update or delete or truncate on ledger.event_types
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger posting_rules_replay_only
before insert or update or delete or truncate on ledger.posting_rules
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger rejection_reasons_replay_only
before insert or update or delete or truncate on ledger.rejection_reasons
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger payout_failure_codes_replay_only
before insert or update or delete or truncate on ledger.payout_failure_codes
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger reports_replay_only
before insert or update or delete or truncate on ledger.reports
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger metrics_replay_only
before insert or update or delete or truncate on ledger.metrics
for each statement execute function ledger.tg_any__replay_only();

create or replace trigger currencies_keep
before update on ledger.currencies
for each row execute function ledger.tg_currencies__keep();

create or replace trigger entry_types_keep
before update or delete on ledger.entry_types
for each row execute function ledger.tg_entry_types__keep();

create or replace trigger event_types_keep
before delete on ledger.event_types
for each row execute function ledger.tg_event_types__keep();

create or replace trigger posting_rules_effects
before insert or update on ledger.posting_rules
for each row execute function ledger.tg_posting_rules__effects();

create or replace trigger posting_rules_keep
before update or delete on ledger.posting_rules
for each row execute function ledger.tg_posting_rules__keep();

create or replace trigger posting_rule_history_append_only
before update or delete or truncate on ledger.posting_rule_history
for each statement execute function ledger.tg_any__refuse();

-- What is told outside, in the transaction that makes it true, whoever writes it. None of these is
-- on the path of a charge; that an account comes to owe is told by account_balances_follow_entries.
create or replace trigger payouts_tell_created
after insert on ledger.payouts
referencing new table as written
for each statement execute function outbound.tg_payouts__tell_created();

create or replace trigger payouts_tell_status
after update of status on ledger.payouts
for each row
when (new.status is distinct from old.status)
execute function outbound.tg_payouts__tell_status();

create or replace trigger payout_skips_tell
after insert on ledger.payout_skips
referencing new table as written
for each statement execute function outbound.tg_payout_skips__tell();

create or replace trigger payout_runs_tell
after update of finished_at on ledger.payout_runs
for each row
when (old.finished_at is null and new.finished_at is not null)
execute function outbound.tg_payout_runs__tell();

create or replace trigger holdings_tell_dispute
after insert on ledger.holdings
for each row
when (new.event_type = 'dispute_opened')
execute function outbound.tg_holdings__tell_dispute();

create or replace trigger event_links_tell_dispute
after insert on ledger.event_links
for each row
when (new.about_event_no is not null and not new.is_reversal)
execute function outbound.tg_event_links__tell_dispute();

create or replace trigger event_rejections_tell
after insert on ledger.event_rejections
for each row execute function outbound.tg_event_rejections__tell();

create or replace trigger endpoints_tell_disabled
after update of disabled_at on outbound.endpoints
for each row
when (old.disabled_at is null and new.disabled_at is not null)
execute function outbound.tg_endpoints__tell_disabled();
