create or replace function api.fail_payout_run(p_run_id text, p_error text)
returns table (
    run_id text,
    state text,
    attempts integer,
    next_attempt_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.fail_payout_run(2)
 *     For workers: says that an attempt to go on with a run failed, after it was rolled back. The
 *     run is tried again later, and after ten attempts in a row no more (state dead), until
 *     api.retry_payout_run.
 * Parameters:
 *     p_run_id  - the run that api.claim_payout_run gave out
 *     p_error   - why, for people
 * Returns:
 *     one row: what becomes of the run
 * Raises:
 *     LBARG  the run is missing
 *     LNRUN  there is no such run
 * Calls:  ledger.require_run, ledger.fail_run, ledger.describe_run
 * Reads:  ledger.payout_runs
 * Locks:  the run
 */
declare
    v_run ledger.payout_runs;
begin
    perform
    from ledger.payout_runs as r
    where r.run_id = p_run_id
    for no key update;

    v_run := ledger.require_run(p_run_id);
    -- Somebody else may have gone on with it since.
    if v_run.next_attempt_at is not null then
        v_run := ledger.fail_run(v_run, left(p_error, 500), clock_timestamp());
    end if;
    return query
    select
        d.run_id,
        d.state,
        d.attempts,
        d.next_attempt_at
    from ledger.describe_run(v_run) as d;
end;
$function$;

comment on function api.fail_payout_run(text, text)
is 'For workers: says that an attempt to go on with a run failed.';
