create or replace function api.claim_payout_run(p_is_counted boolean default false)
returns table (
    run_id text,
    currency text,
    as_of date,
    attempts integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.claim_payout_run(1)
 *     For workers: the run whose turn it is, locked until the transaction ends, in which
 *     api.continue_payout_run pays its next restaurants. Each gets another one. A run that somebody
 *     began and nobody has gone on with for a minute is a worker's from then on.
 * Parameters:
 *     p_is_counted  - counts the attempt as one that failed, until it has not: for whoever commits
 *                     the claim before, and cannot say afterwards that it failed
 * Returns:
 *     one row, or none: then there is nothing to do. attempts: how many failed in a row
 * Calls:  ledger.fail_run
 * Writes: ledger.payout_runs
 * Locks:  the run; none that another session has locked
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_run ledger.payout_runs;
begin
    select r.*
    into v_run
    from ledger.payout_runs as r
    where r.next_attempt_at <= v_now
    order by
        r.next_attempt_at,
        r.run_id
    limit 1
    for no key update skip locked;

    if not found then
        return;
    end if;
    if not v_run.is_queued then
        update ledger.payout_runs as r
        set is_queued = true
        where r.run_id = v_run.run_id;
    end if;
    if p_is_counted then
        v_run := ledger.fail_run(
            v_run, 'the attempt did not end; the log of whoever made it tells why', v_now
        );
    end if;
    run_id := v_run.run_id;
    currency := v_run.currency;
    as_of := v_run.as_of;
    attempts := v_run.attempts;
    return next;
end;
$function$;

comment on function api.claim_payout_run(boolean)
is 'For workers: the run whose turn it is.';
