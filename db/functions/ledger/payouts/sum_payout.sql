create or replace function ledger.sum_payout(
    p_restaurant_id text,
    p_currency text,
    p_first_day date,
    p_as_of date
)
returns table (amount numeric, later numeric, largest numeric, items jsonb)
language sql
stable
as $function$
/*
 * Function: ledger.sum_payout(4)
 *     The entries of one account that are not closed yet. The cost does not grow with the book. No
 *     valid book makes it fail: sums are numeric.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_first_day      - the first settlement day that is open
 *     p_as_of          - the last settlement day to pay
 * Returns:
 *     one row, in minor units
 *     amount   - what the entries up to as_of come to
 *     later    - what those after as_of come to
 *     largest  - the sum by kind that is the furthest from zero, without its sign
 *     items    - the sums by kind, up to as_of; null if there are none
 * Reads:  ledger.ledger_entries, ledger.entry_types
 */
    select
        coalesce(sum(g.amount), 0),
        coalesce(sum(g.later), 0),
        coalesce(max(abs(g.amount)), 0),
        jsonb_agg(
            jsonb_build_object(
                'item_type', g.payout_item, 'amount', g.amount, 'entry_count', g.entry_count
            )
        ) filter (where g.amount <> 0)
    from (
        select
            t.payout_item,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day <= p_as_of) as amount,
            count(*) filter (where e.settlement_day <= p_as_of) as entry_count,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day > p_as_of) as later
        from ledger.ledger_entries as e
        inner join ledger.entry_types as t on e.entry_type = t.entry_type
        where e.restaurant_id = p_restaurant_id
            and e.currency = p_currency
            and e.settlement_day >= p_first_day
            and t.balance_effect <> 0
        group by t.payout_item
    ) as g;
$function$;

comment on function ledger.sum_payout(text, text, date, date)
is 'What the entries of one account that are not closed yet come to.';
