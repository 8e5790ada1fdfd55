create or replace function ledger.sum_payout(
    p_restaurant_id text,
    p_currency text,
    p_first_day date,
    p_as_of date,
    p_today date,
    p_payout_id text
)
returns table (amount bigint, items ledger.payout_items[], later bigint, pending bigint)
language sql
stable
as $function$
/*
 * Function: ledger.sum_payout(6)
 *     The entries of one account that are not closed yet. The cost does not grow with the book.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_first_day      - the first settlement day that is open
 *     p_as_of          - the last settlement day to pay
 *     p_today          - the restaurant's business day
 *     p_payout_id      - the payout that the items are for
 * Returns:
 *     one row, in minor units
 *     amount   - what the entries up to as_of come to
 *     items    - the same by kind
 *     later    - what those after as_of come to
 *     pending  - what of those is not available yet: it settles after today, and so after as_of
 * Reads:  ledger.ledger_entries, ledger.entry_types
 */
    select
        coalesce(sum(g.amount), 0)::bigint,
        array_agg(
            row(g.amount, g.entry_count, p_restaurant_id, p_payout_id, g.payout_item)
            ::ledger.payout_items
        ) filter (where g.amount <> 0),
        coalesce(sum(g.later), 0)::bigint,
        coalesce(sum(g.pending), 0)::bigint
    from (
        select
            t.payout_item,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day <= p_as_of) as amount,
            count(*) filter (where e.settlement_day <= p_as_of) as entry_count,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day > p_as_of) as later,
            sum(t.balance_effect * e.amount) filter (
                where e.settlement_day > p_as_of
                and t.may_be_pending
                and e.available_on > p_today
            ) as pending
        from ledger.ledger_entries as e
        inner join ledger.entry_types as t on e.entry_type = t.entry_type
        where e.restaurant_id = p_restaurant_id
            and e.currency = p_currency
            and e.settlement_day >= p_first_day
            and t.balance_effect <> 0
        group by t.payout_item
    ) as g;
$function$;

comment on function ledger.sum_payout(text, text, date, date, date, text)
is 'What the entries of one account that are not closed yet come to.';
