create or replace function ledger.pick_entries(
    p_restaurant_id text,
    p_currency text,
    p_from date,
    p_to date,
    p_first bigint,
    p_last bigint,
    p_payout_id text,
    p_after_day date,
    p_after_seq bigint,
    p_is_by_day boolean,
    p_newest_first boolean,
    p_limit integer
)
returns setof ledger.ledger_entries
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.pick_entries(12)
 *     One page of an account's entries. It is planned for the arguments it has, so that a condition
 *     or an order that is not asked for is not there at all, and an index gives the page.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_from, p_to     - settlement days, both included; null: any
 *     p_first, p_last  - numbers, both included; null: any
 *     p_payout_id      - only what is about this payout; null: all
 *     p_after_day, p_after_seq  - the day and the number of the row before the page; null: none
 *     p_is_by_day      - by settlement day and number, else by number alone
 *     p_newest_first   - downwards
 *     p_limit          - the most rows
 * Returns:
 *     the entries in that order
 * Reads:  ledger.ledger_entries
 * Locks:  none
 */
begin
    return query
    select e.*
    from ledger.ledger_entries as e
    where e.restaurant_id = p_restaurant_id
        and e.currency = p_currency
        and (p_from is null or e.settlement_day >= p_from)
        and (p_to is null or e.settlement_day <= p_to)
        and (p_first is null or e.entry_seq >= p_first)
        and (p_last is null or e.entry_seq <= p_last)
        and (p_payout_id is null or e.payout_id = p_payout_id)
        and case
            when p_after_seq is null then true
            when p_is_by_day and p_newest_first
                then (e.settlement_day, e.entry_seq) < (p_after_day, p_after_seq)
            when p_is_by_day
                then (e.settlement_day, e.entry_seq) > (p_after_day, p_after_seq)
            when p_newest_first then e.entry_seq < p_after_seq
            else e.entry_seq > p_after_seq
        end
    order by
        case when p_is_by_day and p_newest_first then e.settlement_day end desc,
        case when p_is_by_day and not p_newest_first then e.settlement_day end asc,
        case when p_newest_first then e.entry_seq end desc,
        case when not p_newest_first then e.entry_seq end asc
    limit p_limit;
end;
$function$;

comment on function ledger.pick_entries(
    text, text, date, date, bigint, bigint, text, date, bigint, boolean, boolean, integer
)
is 'One page of an account''s entries, from an index.';
