create or replace function ledger.write_payout_items(
    p_account ledger.account_state,
    p_payout_id text,
    p_as_of date,
    p_amount bigint,
    p_settled bigint
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_payout_items(5)
 *     Writes what a payout consists of: the entries of the days that it closes, summed by kind;
 *     what earlier payouts carried over; what it carries over itself. They add up to its amount.
 * Parameters:
 *     p_account    - the account, locked by the caller
 *     p_payout_id  - the payout
 *     p_as_of      - the last settlement day that it pays
 *     p_amount     - what it pays, in minor units
 *     p_settled    - what settled up to as_of
 * Reads:  ledger.ledger_entries, ledger.entry_types
 * Writes: ledger.payout_items
 */
begin
    insert into ledger.payout_items (amount, entry_count, restaurant_id, payout_id, item_type)
    with settled as (
        select
            t.payout_item as item_type,
            sum(t.balance_effect * e.amount)::bigint as amount,
            count(*) as entry_count
        from ledger.ledger_entries as e
        inner join ledger.entry_types as t on e.entry_type = t.entry_type
        where e.restaurant_id = p_account.restaurant_id
            and e.currency = p_account.currency
            and e.settlement_day > p_account.closed_through
            and e.settlement_day <= p_as_of
            and t.balance_effect <> 0
        group by t.payout_item
    ),

    items as (
        select
            s.item_type,
            s.amount,
            s.entry_count
        from settled as s
        union all
        select
            'carried_in',
            p_settled - coalesce(sum(s.amount), 0)::bigint,
            0
        from settled as s
        union all
        select
            'carried_out',
            p_amount - p_settled,
            0
    )

    select
        i.amount,
        i.entry_count,
        p_account.restaurant_id,
        p_payout_id,
        i.item_type
    from items as i
    where i.amount <> 0;
end;
$function$;

comment on function ledger.write_payout_items(ledger.account_state, text, date, bigint, bigint)
is 'Writes what a payout consists of.';
