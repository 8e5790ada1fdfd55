create or replace function ledger.add_pending(
    p_event ledger.event_fields,
    p_event_no bigint,
    p_available_on date
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.add_pending(3)
 *     Adds what an event's entries come to, to what becomes available on their day.
 * Parameters:
 *     p_event         - its fields
 *     p_event_no      - its number; its entries are written, under the account's lock
 *     p_available_on  - the day
 * Reads:  ledger.ledger_entries, ledger.entry_types, ledger.account_balances
 * Writes: ledger.pending_days
 */
begin
    insert into ledger.pending_days as d (
        amount, available_on, restaurant_id, currency, first_entry_seq, last_entry_seq
    )
    select
        sum(t.balance_effect * e.amount), p_available_on, b.restaurant_id, b.currency,
        min(e.entry_seq), max(e.entry_seq)
    from ledger.account_balances as b
    inner join ledger.ledger_entries as e
        on b.restaurant_id = e.restaurant_id and b.currency = e.currency
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where b.restaurant_id = p_event.restaurant_id
        and b.currency = p_event.currency
        and e.entry_seq between b.last_entry_seq + 1 and b.last_entry_seq + 2
        and e.event_no = p_event_no
    group by b.restaurant_id, b.currency
    on conflict (restaurant_id, currency, available_on)
    do update set
        amount = d.amount + excluded.amount,
        last_entry_seq = excluded.last_entry_seq;
end;
$function$;

comment on function ledger.add_pending(ledger.event_fields, bigint, date)
is 'Adds an event''s entries to what becomes available on their day.';
