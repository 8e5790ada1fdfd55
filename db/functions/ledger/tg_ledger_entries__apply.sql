create or replace function ledger.tg_ledger_entries__apply()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_ledger_entries__apply(0)
 *     Moves the account by the entries that a statement has inserted, and by nothing else. Whoever
 *     inserts, the entries continue the account: the next numbers, the running balances that follow
 *     from their types, days that are open.
 * Raises:
 *     LXSEQ  an entry does not continue the account, or the statement inserts for two accounts
 * Calls:  ledger.lock_account
 * Reads:  ledger.entry_types
 * Writes: ledger.account_balances
 * Locks:  the account (held by the caller already, but for an insertion by hand)
 */
declare
    v_account ledger.account_balances;
    r_entry record;
begin
    for r_entry in
        select
            n.*,
            t.balance_effect,
            t.reserved_effect,
            t.held_effect
        from new_entries as n
        inner join ledger.entry_types as t on n.entry_type = t.entry_type
        order by n.entry_seq
    loop
        if v_account.restaurant_id is null then
            v_account := ledger.lock_account(r_entry.restaurant_id, r_entry.currency);
        end if;
        v_account.balance := v_account.balance + r_entry.balance_effect * r_entry.amount;
        v_account.reserved := v_account.reserved + r_entry.reserved_effect * r_entry.amount;
        v_account.held := v_account.held + r_entry.held_effect * r_entry.amount;
        if (
            r_entry.restaurant_id = v_account.restaurant_id
            and r_entry.currency = v_account.currency
            and r_entry.entry_seq = v_account.last_entry_seq + 1
            and r_entry.balance_after = v_account.balance
            and r_entry.reserved_after = v_account.reserved
            and r_entry.settlement_day > v_account.closed_through
            and r_entry.recorded_at >= coalesce(v_account.last_entry_at, '-infinity')
        ) is not true then
            raise exception 'entry % does not continue the account', r_entry.entry_seq
                using errcode = 'LXSEQ', constraint = 'ENTRY_OUT_OF_SEQUENCE',
                    detail = format(
                        'restaurant_id=%s, currency=%s, last_entry_seq=%s', r_entry.restaurant_id,
                        r_entry.currency, v_account.last_entry_seq
                    ),
                    hint = 'Entries are written by the functions of schema api.';
        end if;
        v_account.last_entry_seq := r_entry.entry_seq;
        v_account.last_entry_at := r_entry.recorded_at;
        if r_entry.event_no is not null then
            v_account.last_event_at := greatest(v_account.last_event_at, r_entry.occurred_at);
        end if;
    end loop;

    update ledger.account_balances as b
    set
        balance = v_account.balance,
        reserved = v_account.reserved,
        held = v_account.held,
        last_entry_seq = v_account.last_entry_seq,
        last_entry_at = v_account.last_entry_at,
        last_event_at = v_account.last_event_at
    where b.restaurant_id = v_account.restaurant_id
        and b.currency = v_account.currency;
    return null;
end;
$function$;

comment on function ledger.tg_ledger_entries__apply()
is 'Moves the account by the entries that a statement has inserted.';
