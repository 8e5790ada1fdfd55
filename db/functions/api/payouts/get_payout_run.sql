create or replace function api.get_payout_run(p_run_id text)
returns table (
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    restaurant_ids text[],
    overrides_terms boolean,
    started_by text,
    reason text,
    started_at timestamptz,
    finished_at timestamptz,
    is_finished boolean,
    last_restaurant_id text,
    payouts_created integer,
    payouts_amount numeric,
    restaurants_skipped integer,
    skipped jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_payout_run(1)
 *     How far a payout run has come, and with what result.
 * Parameters:
 *     p_run_id  - as it was started
 * Returns:
 *     one row; restaurant_ids is null for a run over everybody; overrides_terms: an operator paid
 *     by hand, started_by and reason say who and why; last_restaurant_id: the run has passed all
 *     restaurants up to it; payouts_amount in minor units; skipped counts the restaurants passed
 *     over by reason
 * Raises:
 *     LBARG  the argument is missing
 *     LNRUN  there is no such run
 * Calls:  ledger.require_run
 * Locks:  none
 */
declare
    v_run constant ledger.payout_runs := ledger.require_run(p_run_id);
begin
    run_id := v_run.run_id;
    currency := v_run.currency;
    as_of := v_run.as_of;
    min_amount := v_run.min_amount;
    restaurant_ids := v_run.restaurant_ids;
    overrides_terms := v_run.overrides_terms;
    started_by := v_run.started_by;
    reason := v_run.reason;
    started_at := v_run.started_at;
    finished_at := v_run.finished_at;
    is_finished := v_run.finished_at is not null;
    last_restaurant_id := nullif(v_run.last_restaurant_id, '');
    payouts_created := v_run.payouts_created;
    payouts_amount := v_run.payouts_amount;
    restaurants_skipped := v_run.restaurants_skipped;
    skipped := v_run.skipped;
    return next;
end;
$function$;

comment on function api.get_payout_run(text)
is 'How far a payout run has come, and with what result.';
