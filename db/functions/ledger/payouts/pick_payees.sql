create or replace function ledger.pick_payees(
    p_currency text,
    p_restaurant_ids text[],
    p_after text,
    p_limit integer
)
returns text[]
language plpgsql
stable
set enable_seqscan = off
as $function$
/*
 * Function: ledger.pick_payees(4)
 *     The next restaurants of a run: those that have an account in its currency, by their ids.
 * Parameters:
 *     p_currency        - ISO 4217 code
 *     p_restaurant_ids  - only these; null: all
 *     p_after           - whose turn it was last; empty: nobody's yet
 *     p_limit           - the most restaurants
 * Returns:
 *     the platform's ids, sorted by bytes
 * Reads:  ledger.account_balances
 */
begin
    if p_restaurant_ids is null then
        return array(
            select b.restaurant_id
            from ledger.account_balances as b
            where b.currency = p_currency
                and b.restaurant_id > p_after
            order by b.restaurant_id
            limit p_limit
        );
    end if;
    return array(
        select b.restaurant_id
        from unnest(p_restaurant_ids) as r (restaurant_id)
        inner join ledger.account_balances as b on r.restaurant_id = b.restaurant_id
        where b.currency = p_currency
            and r.restaurant_id > p_after collate "C"
        order by b.restaurant_id
        limit p_limit
    );
end;
$function$;

comment on function ledger.pick_payees(text, text[], text, integer)
is 'The next restaurants of a run.';
