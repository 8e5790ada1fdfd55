create or replace function ledger.move_accounts(
    p_events ledger.event_fields[],
    p_posted integer[]
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.move_accounts(2)
 *     Moves the accounts of an array's events, each to what its last entry says.
 * Parameters:
 *     p_events  - the events; their accounts are locked, their entries written
 *     p_posted  - the number of entries of each; null: it is none of these
 * Reads:  ledger.ledger_entries
 * Writes: ledger.account_balances
 */
begin
    update ledger.account_balances as b
    set
        balance = n.balance_after,
        last_entry_seq = n.entry_seq,
        last_entry_at = n.recorded_at,
        last_event_at = greatest(b.last_event_at, k.occurred_at)
    from (
        select e.restaurant_id, e.currency, max(e.occurred_at) as occurred_at
        from unnest(p_events) with ordinality as e (
            provider, event_id, event_type, restaurant_id, currency, amount, fee, occurred_at,
            available_on, payment_id, refund_id, dispute_id, item_no
        )
        where p_posted[e.item_no] > 0
        group by e.restaurant_id, e.currency
    ) as k
    cross join lateral (
        select m.entry_seq, m.balance_after, m.recorded_at
        from ledger.ledger_entries as m
        where m.restaurant_id = k.restaurant_id and m.currency = k.currency
        order by m.entry_seq desc
        limit 1
    ) as n
    where b.restaurant_id = k.restaurant_id
        and b.currency = k.currency;
end;
$function$;

comment on function ledger.move_accounts(ledger.event_fields[], integer[])
is 'Moves the accounts of an array''s events, each to what its last entry says.';
