create or replace function ledger.lock_terms(p_restaurant_id text, p_currency text)
returns ledger.payout_terms
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_terms(2)
 *     A restaurant's payout terms in a currency, to be changed: the account is locked first, so
 *     that no run that pays it goes on with the old ones.
 * Parameters:
 *     p_restaurant_id  - the platform's id of a restaurant that is there
 *     p_currency       - ISO 4217 code
 * Returns:
 *     the terms as they are now, with nothing in them if there were none
 * Writes: ledger.account_balances, ledger.payout_terms
 * Locks:  the account, or its restaurant if there is none; then its terms
 */
declare
    v_terms ledger.payout_terms;
begin
    -- Written, not only locked, so that a run with an older snapshot fails instead of paying.
    update ledger.account_balances as b
    set timezone = b.timezone
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency;
    if not found then
        -- Who opens an account writes the restaurant: 40001 if this snapshot does not see it.
        perform
        from ledger.restaurants as r
        where r.restaurant_id = p_restaurant_id
        for no key update;
    end if;
    insert into ledger.payout_terms (restaurant_id, currency)
    values (p_restaurant_id, p_currency)
    on conflict do nothing;

    select t.*
    into v_terms
    from ledger.payout_terms as t
    where t.restaurant_id = p_restaurant_id
        and t.currency = p_currency
    for no key update;
    return v_terms;
end;
$function$;

comment on function ledger.lock_terms(text, text)
is 'A restaurant''s payout terms in a currency, to be changed.';
