create or replace function api.start_payout_run(
    p_currency text,
    p_as_of date,
    p_min_amount bigint default 1,
    p_restaurant_ids text[] default null
)
returns table (
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    restaurant_ids text[],
    started_at timestamptz,
    is_finished boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.start_payout_run(4)
 *     Begins a payout run that commits as it goes: api.continue_payout_run pays its restaurants,
 *     some at each call, by whomever and whenever it is called.
 * Parameters:
 *     p_currency        - ISO 4217 code, in either case
 *     p_as_of           - the last settlement day to pay; not in the future
 *     p_min_amount      - minor units; who has less, or less than its terms' minimum, waits
 *     p_restaurant_ids  - pay only these; null: all
 * Returns:
 *     one row, the run
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids has a null in it, or is too long
 *     LNRES  a restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.require_payees, ledger.open_payout_run
 * Locks:  none
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_run ledger.payout_runs;
begin
    v_run := ledger.open_payout_run(
        ledger.require_payout_run(p_currency, p_as_of, p_min_amount, false, v_now),
        p_as_of,
        p_min_amount,
        ledger.require_payees(p_restaurant_ids),
        v_now
    );
    run_id := v_run.run_id;
    currency := v_run.currency;
    as_of := v_run.as_of;
    min_amount := v_run.min_amount;
    restaurant_ids := v_run.restaurant_ids;
    started_at := v_run.started_at;
    is_finished := false;
    return next;
end;
$function$;

comment on function api.start_payout_run(text, date, bigint, text[])
is 'Begins a payout run that continue_payout_run carries out.';
