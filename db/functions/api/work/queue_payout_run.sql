create or replace function api.queue_payout_run(
    p_currency text,
    p_as_of date,
    p_min_amount bigint default 1,
    p_restaurant_ids text[] default null
)
returns table (
    status text,
    message text,
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    is_dry_run boolean,
    payouts_created integer,
    payouts_amount numeric,
    restaurants_skipped integer,
    skipped jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.queue_payout_run(4)
 *     Has workers carry out a payout run, from now on: api.get_payout_run tells how far it is. For
 *     all restaurants, as many as there are, as api.start_payout_run does it.
 * Parameters:
 *     p_currency        - ISO 4217 code, in either case
 *     p_as_of           - the last settlement day to pay; not in the future
 *     p_min_amount      - minor units; who has less, or less than its terms' minimum, waits
 *     p_restaurant_ids  - pay only these; null: all
 * Returns:
 *     one row, as api.run_payouts answers it; nothing is paid yet
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids has a null in it, or is too long
 *     LNRES  a restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.require_payees, ledger.open_payout_run,
 *         ledger.answer_payout_run
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
        v_now,
        p_is_queued => true
    );
    return query
    select a.*
    from ledger.answer_payout_run(v_run) as a;
end;
$function$;

comment on function api.queue_payout_run(text, date, bigint, text[])
is 'Has workers carry out a payout run.';
