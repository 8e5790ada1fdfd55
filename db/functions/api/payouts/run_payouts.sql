create or replace function api.run_payouts(
    p_currency text,
    p_as_of date,
    p_min_amount bigint default 1,
    p_dry_run boolean default false
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
    payouts_amount bigint,
    restaurants_skipped integer,
    skipped jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.run_payouts(4)
 *     Pays every restaurant what has settled up to a day in one currency: creates the payouts,
 *     reserves their money and closes the days. Running again creates nothing; two runs at once
 *     create what one would.
 * Parameters:
 *     p_currency    - ISO 4217 code, in either case
 *     p_as_of       - the last settlement day to pay; not in the future
 *     p_min_amount  - minor units; who has less waits for a later run
 *     p_dry_run     - answer the same, keep nothing
 * Returns:
 *     one row; run_id is null in a dry run; payouts_amount in minor units; skipped counts the
 *     restaurants passed over by reason
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.create_payouts
 * Reads:  ledger.account_balances
 * Writes: ledger.payout_runs
 * Locks:  the accounts in this currency, in key order; see ledger.lock_account
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_restaurant_ids text[];
    r_outcome record;
begin
    -- Plans that the session made while the ledger was small would be slow now.
    discard plans;
    currency := ledger.require_payout_run(p_currency, p_as_of, p_min_amount, p_dry_run, v_now);
    if not p_dry_run then
        run_id := 'run_' || replace(gen_random_uuid()::text, '-', '');
        insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at)
        values (run_id, run_payouts.currency, p_as_of, p_min_amount, v_now);
    end if;

    payouts_created := 0;
    payouts_amount := 0;
    restaurants_skipped := 0;
    skipped := '{}';
    loop
        -- As many as are worth a statement, and few enough to be kept in memory.
        v_restaurant_ids := array(
            select b.restaurant_id
            from ledger.account_balances as b
            where b.currency = run_payouts.currency
                and b.restaurant_id > coalesce(v_restaurant_ids[cardinality(v_restaurant_ids)], '')
            order by b.restaurant_id
            limit 1000
        );
        exit when v_restaurant_ids = '{}';
        for r_outcome in
            select o.*
            from ledger.create_payouts(
                v_restaurant_ids, run_payouts.currency, p_as_of, p_min_amount, run_payouts.run_id,
                v_now
            ) as o
        loop
            if r_outcome.reason is null then
                payouts_created := payouts_created + r_outcome.restaurants;
                payouts_amount := payouts_amount + r_outcome.amount;
            else
                restaurants_skipped := restaurants_skipped + r_outcome.restaurants;
                skipped := skipped || jsonb_build_object(
                    r_outcome.reason,
                    coalesce((skipped ->> r_outcome.reason)::integer, 0) + r_outcome.restaurants
                );
            end if;
        end loop;
    end loop;

    if not p_dry_run then
        update ledger.payout_runs as r
        set
            payouts_created = run_payouts.payouts_created,
            payouts_amount = run_payouts.payouts_amount,
            restaurants_skipped = run_payouts.restaurants_skipped
        where r.run_id = run_payouts.run_id;
    end if;
    status := 'accepted';
    message := case when p_dry_run then 'payouts that would be created: ' else 'payouts created: '
    end || payouts_created;
    as_of := p_as_of;
    min_amount := p_min_amount;
    is_dry_run := p_dry_run;
    return next;
end;
$function$;

comment on function api.run_payouts(text, date, bigint, boolean)
is 'Pays every restaurant what has settled up to a day in one currency.';
