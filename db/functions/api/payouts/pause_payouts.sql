create or replace function api.pause_payouts(
    p_restaurant_id text,
    p_currency text,
    p_reason text,
    p_actor text default session_user
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
 * Function: api.pause_payouts(4)
 *     Has payout runs and disbursers pass over a restaurant in a currency, until
 *     api.resume_payouts. Paused already, it stays so for the reason that is given now.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_reason         - why
 *     p_actor          - who does it; by default the login
 * Returns:
 *     the terms as they are now; see api.get_payout_terms
 * Raises:
 *     LBARG  an argument is missing
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
    v_reason constant text := ledger.require_reason(p_reason);
    v_now timestamptz;
    v_terms ledger.payout_terms;
begin
    perform ledger.require_restaurant(p_restaurant_id);
    v_terms := ledger.lock_terms(p_restaurant_id, v_currency);
    if (v_terms.is_paused and v_terms.paused_reason = v_reason) is not true then
        v_now := clock_timestamp();
        v_terms.is_paused := true;
        v_terms.paused_at := v_now;
        v_terms.paused_by := v_actor;
        v_terms.paused_reason := v_reason;
        perform ledger.write_terms(v_terms, v_reason, v_actor, v_now);
    end if;
    return query
    select t.*
    from ledger.answer_terms(p_restaurant_id, v_currency) as t;
end;
$function$;

comment on function api.pause_payouts(text, text, text, text)
is 'Has payout runs and disbursers pass over a restaurant in a currency.';
