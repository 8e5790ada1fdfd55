create or replace function ledger.describe_run(p_run ledger.payout_runs)
returns ledger.run_answer
language sql
immutable
as $function$
/*
 * Function: ledger.describe_run(1)
 *     A payout run as callers see it.
 * Parameters:
 *     p_run  - the run
 * Returns:
 *     one row; see api.get_payout_run
 */
    select
        p_run.run_id,
        p_run.currency,
        p_run.as_of,
        p_run.min_amount,
        p_run.restaurant_ids,
        p_run.overrides_terms,
        p_run.started_by,
        p_run.reason,
        p_run.started_at,
        p_run.finished_at,
        p_run.finished_at is not null,
        nullif(p_run.last_restaurant_id, ''),
        p_run.payouts_created,
        p_run.payouts_amount,
        p_run.restaurants_skipped,
        p_run.skipped,
        case
            when p_run.finished_at is not null then 'finished'
            when p_run.died_at is not null then 'dead'
            when p_run.attempts > 0 then 'retrying'
            when p_run.is_queued and p_run.last_restaurant_id = '' then 'queued'
            else 'running'
        end,
        p_run.is_queued,
        p_run.attempts,
        p_run.next_attempt_at,
        p_run.failed_at,
        p_run.died_at,
        p_run.error,
        p_run.schedule_id,
        p_run.due_at;
$function$;

comment on function ledger.describe_run(ledger.payout_runs)
is 'A payout run as callers see it.';
