create or replace function api.set_payout_terms(
    p_restaurant_id text,
    p_currency text,
    p_min_amount bigint default null,
    p_max_amount bigint default null,
    p_payable_unit bigint default null,
    p_reason text default null,
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
 * Function: api.set_payout_terms(7)
 *     Changes what holds for the payouts of a restaurant in a currency, from the next chunk of a
 *     run on. Payouts that are there stay as they are. Every change is kept with who and why
 *     (reporting.payout_term_changes).
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_min_amount     - minor units; a run pays no less than this, nor than its own minimum
 *     p_max_amount     - minor units; what would be above is skipped, for a person to look at
 *     p_payable_unit   - minor units of which every payout is a multiple
 *     null leaves one of them as it is, 0 takes it away: then the run's minimum, no maximum, the
 *     currency's unit
 *     p_reason         - why
 *     p_actor          - who does it; by default the login
 * Returns:
 *     the terms as they are now; see api.get_payout_terms
 * Raises:
 *     LBARG  the restaurant or the currency is missing
 *     LNRES  the restaurant is not known
 *     LUACT  the actor is no name
 *     LUCUR  the currency is not one of ISO 4217
 *     LURSN  the reason is blank or too long
 *     LUTRM  an amount is out of range, or the minimum above the maximum
 * Calls:  ledger.require_currency, ledger.require_restaurant, ledger.require_actor,
 *         ledger.require_reason, ledger.lock_terms, ledger.require_terms, ledger.write_terms,
 *         ledger.answer_terms
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
    v_terms := ledger.require_terms(
        ledger.lock_terms(p_restaurant_id, v_currency), p_min_amount, p_max_amount, p_payable_unit
    );
    perform ledger.write_terms(v_terms, p_reason, v_actor, clock_timestamp());
    return query
    select t.*
    from ledger.answer_terms(p_restaurant_id, v_currency) as t;
end;
$function$;

comment on function api.set_payout_terms(text, text, bigint, bigint, bigint, text, text)
is 'Changes what holds for the payouts of a restaurant in a currency.';
