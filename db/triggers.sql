-- Every trigger of the ledger, on one page. Replayed by each deploy.

-- Recorded facts are never changed.
create or replace trigger processor_events_append_only
before update or delete or truncate on ledger.processor_events
for each statement execute function ledger.tg_any__refuse();

create or replace trigger event_rejections_append_only
before update or delete or truncate on ledger.event_rejections
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

-- What is changed, but never removed.
create or replace trigger restaurants_never_removed
before delete or truncate on ledger.restaurants
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

-- Entries are inserted by the functions that move the account with them, and an account moves by
-- the entries inserted since: whoever tries otherwise is refused, superusers included.
create or replace trigger ledger_entries_posting_only
before insert on ledger.ledger_entries
for each statement execute function ledger.tg_ledger_entries__posting_only();

create or replace trigger account_balances_follow_entries
before update on ledger.account_balances
for each row execute function ledger.tg_account_balances__follow_entries();

create or replace trigger account_balances_stay_closed
before update of closed_through on ledger.account_balances
for each row
when (new.closed_through < old.closed_through)
execute function ledger.tg_any__posting_only();

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

-- Payouts.
create or replace trigger payouts_guard
before update on ledger.payouts
for each row execute function ledger.tg_payouts__guard();

-- What a payout consists of is written by one statement, and complete at its end.
create or replace trigger payouts_complete
after insert on ledger.payouts
referencing new table as written
for each statement execute function ledger.tg_payouts__complete();

create or replace trigger payout_items_complete
after insert on ledger.payout_items
referencing new table as written
for each statement execute function ledger.tg_payout_items__complete();
