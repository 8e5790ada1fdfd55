create or replace function api.list_payout_schedules()
returns setof ledger.schedule_answer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payout_schedules(0)
 *     When payout runs begin by themselves, and what became of the last time.
 * Returns:
 *     a row a schedule, by its id; see api.set_payout_schedule. next_due_at: in the past, it waits
 *     for somebody to call api.run_due_payouts, or for what error says; null, it is not active.
 *     last_due_at, last_started_at, last_run_id: the run that it started last
 * Calls:  ledger.answer_schedule
 * Reads:  ledger.payout_schedules
 * Locks:  none
 */
    select a.*
    from ledger.payout_schedules as s
    cross join lateral ledger.answer_schedule(s) as a
    order by s.schedule_id;
$function$;

comment on function api.list_payout_schedules()
is 'When payout runs begin by themselves, and what became of the last time.';
