create or replace function api.get_payout_terms(p_restaurant_id text, p_currency text)
returns table (
    restaurant_id text,
    currency text,
    min_amount bigint,
    max_amount bigint,
    payable_unit bigint,
    is_paused boolean,
    paused_at timestamptz,
    paused_by text,
    paused_reason text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_payout_terms(2)
 *     What holds for the payouts of a restaurant in a currency, and why they are paused.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 * Returns:
 *     one row, also if nothing was ever set; amounts in minor units. min_amount and max_amount are
 *     null where there is none; payable_unit is the currency's unless the terms say otherwise.
 *     is_paused is about this currency alone; set_restaurant pauses all of a restaurant
 * Raises:
 *     LBARG  an argument is missing
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_restaurant, ledger.require_currency, ledger.answer_terms
 * Locks:  none
 */
declare
    v_currency constant text := ledger.require_currency(p_currency);
begin
    perform ledger.require_restaurant(p_restaurant_id);
    return query
    select t.*
    from ledger.answer_terms(p_restaurant_id, v_currency) as t;
end;
$function$;

comment on function api.get_payout_terms(text, text)
is 'What holds for the payouts of a restaurant in a currency, and why they are paused.';
