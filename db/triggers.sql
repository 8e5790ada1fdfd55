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

-- Balances follow from entries: the entries' own trigger moves them (depth 1), nobody else can.
create or replace trigger ledger_entries_apply
after insert on ledger.ledger_entries
referencing new table as new_entries
for each statement execute function ledger.tg_ledger_entries__apply();

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
execute function ledger.tg_account_balances__guard();

create or replace trigger account_balances_moved_by_entries
before update on ledger.account_balances
for each row
when (
    new.restaurant_id <> old.restaurant_id
    or new.currency <> old.currency
    or new.closed_through < old.closed_through
    or (
        pg_trigger_depth() = 0
        and (new.balance, new.reserved, new.held, new.last_entry_seq)
        is distinct from (old.balance, old.reserved, old.held, old.last_entry_seq)
    )
)
execute function ledger.tg_account_balances__guard();

-- Payouts.
create or replace trigger payouts_guard
before update on ledger.payouts
for each row execute function ledger.tg_payouts__guard();

-- "or replace" does not exist for constraint triggers, which are deferred to the commit.
drop trigger if exists payouts_complete on ledger.payouts;
create constraint trigger payouts_complete
after insert on ledger.payouts
deferrable initially deferred
for each row execute function ledger.tg_payouts__complete();

drop trigger if exists payout_items_complete on ledger.payout_items;
create constraint trigger payout_items_complete
after insert on ledger.payout_items
deferrable initially deferred
for each row execute function ledger.tg_payouts__complete();
