create or replace function api.run_payouts(
    p_currency text,
    p_as_of date,
    p_min_amount bigint default 1,
    p_dry_run boolean default false,
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
 * Function: api.run_payouts(5)
 *     Pays every restaurant what has settled up to a day in one currency: creates the payouts,
 *     reserves their money and closes the days. Running again creates nothing; two runs at once
 *     create what one would. All in the caller's transaction, for whose length events of the
 *     restaurants wait: for many restaurants there is api.pay_restaurants.
 * Parameters:
 *     p_currency        - ISO 4217 code, in either case
 *     p_as_of           - the last settlement day to pay; not in the future
 *     p_min_amount      - minor units; who has less, or less than its terms' minimum, waits
 *     p_dry_run         - answer the same, keep nothing; see also api.preview_payouts
 *     p_restaurant_ids  - pay only these; null: all
 * Returns:
 *     one row; run_id is null in a dry run; payouts_amount in minor units; skipped counts the
 *     restaurants passed over by reason
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids has a null in it, or is too long
 *     LNRES  a restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.require_payees, ledger.open_payout_run,
 *         ledger.pay_chunk, ledger.answer_payout_run
 * Locks:  the accounts in this currency, in key order
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_currency constant text := ledger.require_payout_run(
        p_currency, p_as_of, p_min_amount, p_dry_run, v_now
    );
    v_restaurant_ids constant text[] := ledger.require_payees(p_restaurant_ids);
    v_run ledger.payout_runs;
begin
    v_run := ledger.open_payout_run(
        v_currency, p_as_of, p_min_amount, v_restaurant_ids, v_now, p_is_dry => p_dry_run
    );
    while v_run.finished_at is null loop
        -- As many as are worth a statement, and few enough to be kept in memory.
        v_run := ledger.pay_chunk(v_run, 1000, false, clock_timestamp());
    end loop;
    return query
    select a.*
    from ledger.answer_payout_run(v_run) as a;
end;
$function$;

comment on function api.run_payouts(text, date, bigint, boolean, text[])
is 'Pays every restaurant what has settled up to a day in one currency, in one transaction.';
