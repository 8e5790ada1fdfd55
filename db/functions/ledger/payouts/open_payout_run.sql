create or replace function ledger.open_payout_run(
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_restaurant_ids text[],
    p_now timestamptz
)
returns ledger.payout_runs
language plpgsql
volatile
as $function$
/*
 * Function: ledger.open_payout_run(5)
 *     Writes down that a run begins; its arguments are checked.
 * Parameters:
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_restaurant_ids  - whom it pays, sorted; null: everybody
 *     p_now             - the clock
 * Returns:
 *     the run
 * Writes: ledger.payout_runs
 */
declare
    v_run ledger.payout_runs;
begin
    insert into ledger.payout_runs (
        run_id, currency, as_of, min_amount, restaurant_ids, started_at
    )
    values (
        'run_' || replace(gen_random_uuid()::text, '-', ''), p_currency, p_as_of, p_min_amount,
        p_restaurant_ids, p_now
    )
    returning * into v_run;
    return v_run;
end;
$function$;

comment on function ledger.open_payout_run(text, date, bigint, text[], timestamptz)
is 'Writes down that a run begins.';
