create or replace function api.retry_payout_run(p_run_id text)
returns ledger.run_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.retry_payout_run(1)
 *     Has workers go on with a payout run now, as if no attempt had failed: one that is dead, that
 *     waits for its next attempt, or that nobody goes on with. A run that is finished stays so.
 * Parameters:
 *     p_run_id  - the run
 * Returns:
 *     one row, the run; see api.get_payout_run
 * Raises:
 *     LBARG  the argument is missing
 *     LNRUN  there is no such run
 * Calls:  ledger.require_run, ledger.describe_run
 * Writes: ledger.payout_runs
 * Locks:  the run
 */
begin
    update ledger.payout_runs as r
    set
        is_queued = true,
        attempts = 0,
        died_at = null,
        next_attempt_at = clock_timestamp()
    where r.run_id = p_run_id
        and r.finished_at is null;

    return ledger.describe_run(ledger.require_run(p_run_id));
end;
$function$;

comment on function api.retry_payout_run(text)
is 'Has workers go on with a payout run now.';
