create or replace function api.continue_payout_run(p_run_id text, p_limit integer default 200)
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
    skipped jsonb,
    is_finished boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.continue_payout_run(2)
 *     Pays the next restaurants of a run that api.start_payout_run began. What is committed is
 *     done: after a crash the next call goes on behind it. Call it until is_finished, each time in
 *     a transaction of its own, so that events wait no longer than one call takes; then it is
 *     finished, and calling again changes nothing. Several callers of one run take turns.
 * Parameters:
 *     p_run_id  - as api.start_payout_run answered it
 *     p_limit   - the most restaurants, 1 to 500
 * Returns:
 *     one row: what the run has done so far, as api.run_payouts answers it, and whether that is all
 * Raises:
 *     LBARG  the run is missing
 *     LBLIM  the limit is out of range
 *     LNRUN  there is no such run
 * Calls:  ledger.require_limit, ledger.require_run, ledger.pay_chunk, ledger.answer_payout_run
 * Reads:  ledger.payout_runs
 * Locks:  the run, then accounts in key order
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_run ledger.payout_runs;
begin
    perform
    from ledger.payout_runs as r
    where r.run_id = p_run_id
    for no key update;

    v_run := ledger.require_run(p_run_id);
    if v_run.finished_at is null then
        v_run := ledger.pay_chunk(v_run, v_limit, true, clock_timestamp());
    end if;
    return query
    select
        a.*,
        v_run.finished_at is not null
    from ledger.answer_payout_run(v_run) as a;
end;
$function$;

comment on function api.continue_payout_run(text, integer)
is 'Pays the next restaurants of a run.';
