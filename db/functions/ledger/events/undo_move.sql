create or replace function ledger.undo_move(
    p_event ledger.event_input,
    p_change bigint,
    p_reserved_change bigint,
    p_entry_seq bigint
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.undo_move(4)
 *     Moves an account back, in the transaction that moved it, because another session was faster
 *     with the event's id. Nobody has seen the move: the account was locked by it.
 * Parameters:
 *     p_event            - the event; nothing of it is in the book
 *     p_change           - what was added to the balance; null: the account was not moved
 *     p_reserved_change  - what was added to the reserved money
 *     p_entry_seq        - the number of the account's last entry
 * Reads:  ledger.ledger_entries, ledger.processor_events
 * Writes: ledger.account_balances
 */
begin
    update ledger.account_balances as b
    set
        balance = b.balance - p_change,
        reserved = b.reserved - p_reserved_change,
        last_entry_seq = p_entry_seq,
        last_entry_at = (
            select e.recorded_at
            from ledger.ledger_entries as e
            where e.restaurant_id = p_event.restaurant_id
                and e.currency = p_event.currency
                and e.entry_seq = p_entry_seq
        ),
        -- Only if it could be the event's own has the time before to be looked for; mostly the
        -- faster one was the same event.
        last_event_at = case
            when b.last_event_at > p_event.occurred_at or exists (
                select
                from ledger.processor_events as e
                where e.provider = p_event.provider
                    and e.event_id = p_event.event_id
                    and e.restaurant_id = p_event.restaurant_id
                    and e.currency = p_event.currency
                    and e.occurred_at = p_event.occurred_at
                    and e.entry_count > 0
            )
                then b.last_event_at
            else (
                select max(e.occurred_at)
                from ledger.processor_events as e
                where e.restaurant_id = p_event.restaurant_id
                    and e.currency = p_event.currency
                    and e.entry_count > 0
            )
        end
    where b.restaurant_id = p_event.restaurant_id
        and b.currency = p_event.currency
        and p_change is not null;
end;
$function$;

comment on function ledger.undo_move(ledger.event_input, bigint, bigint, bigint)
is 'Moves an account back by an event that another session has posted meanwhile.';
