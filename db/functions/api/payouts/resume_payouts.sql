create or replace function api.resume_payouts(
    p_restaurant_id text,
    p_currency text,
    p_actor text default session_user,
    p_reason text default null
)
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
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.resume_payouts(4)
 *     Ends a pause of a restaurant's payouts in a currency, whoever or whatever began it: the next
 *     run pays what has waited. If nothing was paused, nothing happens.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_actor          - who does it; by default the login
 *     p_reason         - why
 * Returns:
 *     the terms as they are now; see api.get_payout_terms
 * Raises:
 *     LBARG  the restaurant or the currency is missing
 *     LNRES  the restaurant is not known
 *     LUACT  the actor is no name
 *     LUCUR  the currency is not one of ISO 4217
 *     LURSN  the reason is blank or too long
 * Calls:  ledger.require_currency, ledger.require_actor, ledger.require_reason,
 *         ledger.require_restaurant, ledger.lock_terms, ledger.write_terms, ledger.answer_terms
 * Locks:  the account, then its terms
 */
declare
    v_currency constant text := ledger.require_currency(p_currency);
    v_actor constant text := ledger.require_actor(p_actor);
    v_terms ledger.payout_terms;
begin
    perform ledger.require_restaurant(p_restaurant_id);
    if p_reason is not null then
        perform ledger.require_reason(p_reason);
    end if;
    v_terms := ledger.lock_terms(p_restaurant_id, v_currency);
    v_terms.is_paused := false;
    v_terms.paused_at := null;
    v_terms.paused_by := null;
    v_terms.paused_reason := null;
    perform ledger.write_terms(v_terms, p_reason, v_actor, clock_timestamp());
    return query
    select t.*
    from ledger.answer_terms(p_restaurant_id, v_currency) as t;
end;
$function$;

comment on function api.resume_payouts(text, text, text, text)
is 'Ends a pause of a restaurant''s payouts in a currency.';
