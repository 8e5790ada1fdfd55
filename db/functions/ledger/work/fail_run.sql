create or replace function ledger.fail_run(
    p_run ledger.payout_runs,
    p_error text,
    p_now timestamptz
)
returns ledger.payout_runs
language plpgsql
volatile
as $function$
/*
 * Function: ledger.fail_run(3)
 *     Counts an attempt to go on with a run that failed. It is tried again after 5 seconds, then
 *     after ever longer, up to 10 minutes, and not in step with others; after ten attempts in a
 *     row, half an hour later, it is dead until somebody goes on with it.
 * Parameters:
 *     p_run    - the run, not finished, whose row the caller has locked
 *     p_error  - why
 *     p_now    - the clock
 * Returns:
 *     the run as it is then
 * Writes: ledger.payout_runs
 */
begin
    p_run.attempts := least(p_run.attempts, 1000000) + 1;
    p_run.failed_at := p_now;
    p_run.error := p_error;
    p_run.died_at := case when p_run.attempts >= 10 then p_now end;
    p_run.next_attempt_at := case
        when p_run.attempts < 10
            then
                p_now
                + least(5 * 2 ^ (p_run.attempts - 1), 600) * (0.8 + 0.4 * random())
                * interval '1 second'
    end;
    update ledger.payout_runs as r
    set
        attempts = p_run.attempts,
        failed_at = p_run.failed_at,
        error = p_run.error,
        died_at = p_run.died_at,
        next_attempt_at = p_run.next_attempt_at
    where r.run_id = p_run.run_id;
    return p_run;
end;
$function$;

comment on function ledger.fail_run(ledger.payout_runs, text, timestamptz)
is 'Counts an attempt to go on with a run that failed.';
