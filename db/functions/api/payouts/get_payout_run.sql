create or replace function api.get_payout_run(p_run_id text)
returns ledger.run_answer
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
 *     over by reason. state: queued, running, retrying (attempts failed in a row, error says why,
 *     next_attempt_at when a worker goes on), dead (given up, api.retry_payout_run brings it back)
 *     or finished; is_queued: a worker carries it out; schedule_id, due_at: what started it, and
 *     when it was due
 * Raises:
 *     LBARG  the argument is missing
 *     LNRUN  there is no such run
 * Calls:  ledger.require_run, ledger.describe_run
 * Locks:  none
 */
begin
    return ledger.describe_run(ledger.require_run(p_run_id));
end;
$function$;

comment on function api.get_payout_run(text)
is 'How far a payout run has come, and with what result.';
