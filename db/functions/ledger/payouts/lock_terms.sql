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
 * Calls:  ledger.lock_account
 * Writes: ledger.payout_terms
 * Locks:  the account, then its terms
 */
declare
    v_terms ledger.payout_terms;
begin
    perform ledger.lock_account(p_restaurant_id, p_currency);
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
