create or replace function api.run_due_payouts()
returns table (
    schedule_id text,
    due_at timestamptz,
    run_id text,
    currency text,
    as_of date,
    error text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.run_due_payouts(0)
 *     Queues the payout runs that are due by their schedules, each once, whoever calls it and how
 *     many at once. What was missed while nobody called it is queued once, as of the last time that
 *     it was due. A worker carries the runs out, or api.pay_due_restaurants.
 * Returns:
 *     a row for each schedule that is due: the run, or why there is none. That one stays due, and
 *     is tried again with each call
 * Calls:  ledger.start_scheduled_run
 * Reads:  ledger.payout_schedules
 * Locks:  the schedules that are due, but for those that another call has
 */
declare
    v_now constant timestamptz := clock_timestamp();
    r_schedule ledger.payout_schedules;
begin
    for r_schedule in
        select s.*
        from ledger.payout_schedules as s
        where s.next_due_at <= v_now
        order by
            s.next_due_at,
            s.schedule_id
        for no key update skip locked
    loop
        r_schedule := ledger.start_scheduled_run(r_schedule, v_now);
        schedule_id := r_schedule.schedule_id;
        currency := r_schedule.currency;
        error := r_schedule.error;
        due_at := r_schedule.next_due_at;
        run_id := null;
        as_of := null;
        if error is null then
            due_at := r_schedule.last_due_at;
            run_id := r_schedule.last_run_id;
            as_of := (
                select r.as_of
                from ledger.payout_runs as r
                where r.run_id = r_schedule.last_run_id
            );
        end if;
        return next;
    end loop;
end;
$function$;

comment on function api.run_due_payouts()
is 'Queues the payout runs that are due by their schedules, each once.';
