create or replace function ledger.tg_account_balances__follow_entries()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_account_balances__follow_entries(0)
 *     Lets an account move by the entries inserted since, and by nothing else, whoever updates it:
 *     their numbers follow without a gap, the balances change by their amounts, their days are
 *     open. ledger.write_event says by cuenta.is_posting that it moves the account first and then
 *     inserts the very entries; everybody else inserts first.
 * Raises:
 *     LXBAL  the account would differ from its entries
 * Reads:  ledger.ledger_entries, ledger.entry_types
 */
declare
    v_new record;
begin
    if current_setting('cuenta.is_posting', true) = 'on' then
        return new;
    end if;

    -- A range with two ends: an open one would be planned anew at every call.
    select
        count(*) as entries,
        max(e.entry_seq) as last_entry_seq,
        sum(t.balance_effect * e.amount) as balance_change,
        sum(t.reserved_effect * e.amount) as reserved_change,
        sum(t.held_effect * e.amount) as held_change,
        min(e.recorded_at) as first_recorded_at,
        max(e.recorded_at) as last_recorded_at,
        min(e.settlement_day) as settlement_day
    into v_new
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where e.restaurant_id = new.restaurant_id
        and e.currency = new.currency
        and e.entry_seq between old.last_entry_seq + 1 and new.last_entry_seq;

    if (
        new.last_entry_seq = old.last_entry_seq + v_new.entries
        and new.last_entry_seq = v_new.last_entry_seq
        and new.balance = old.balance + v_new.balance_change
        and new.reserved = old.reserved + v_new.reserved_change
        and new.held = old.held + v_new.held_change
        and new.last_entry_at = v_new.last_recorded_at
        and v_new.first_recorded_at >= coalesce(old.last_entry_at, '-infinity')
        and v_new.settlement_day > old.closed_through
    ) is not true then
        raise exception 'the account of % in % moves with its entries only',
            new.restaurant_id, new.currency
            using errcode = 'LXBAL', constraint = 'BALANCE_NOT_FROM_ENTRIES',
                detail = format('restaurant_id=%s, currency=%s', new.restaurant_id, new.currency),
                hint = 'Money is moved by the functions of schema api.';
    end if;
    return new;
end;
$function$;

comment on function ledger.tg_account_balances__follow_entries()
is 'Lets an account move by the entries inserted since, and by nothing else.';
