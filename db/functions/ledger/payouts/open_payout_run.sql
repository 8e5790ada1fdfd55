create or replace function ledger.open_payout_run(
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_restaurant_ids text[],
    p_now timestamptz,
    p_overridden_by text default null,
    p_reason text default null,
    p_is_dry boolean default false,
    p_is_queued boolean default false,
    p_schedule_id text default null,
    p_due_at timestamptz default null
)
returns ledger.payout_runs
language plpgsql
volatile
as $function$
/*
 * Function: ledger.open_payout_run(11)
 *     Writes down that a run begins; its arguments are checked.
 * Parameters:
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_restaurant_ids  - whom it pays, sorted; null: everybody
 *     p_now             - the clock
 *     p_overridden_by   - who pays by hand, whatever the terms say; null: nobody, they count
 *     p_reason          - why
 *     p_is_dry          - writes nothing, and the run has no id
 *     p_is_queued       - a worker carries it out; else it goes on with it only if nobody else has
 *                         for a minute
 *     p_schedule_id     - the schedule that starts it
 *     p_due_at          - when it was due by that
 * Returns:
 *     the run
 * Calls:  ledger.draw_uuid
 * Writes: ledger.payout_runs
 */
declare
    v_run ledger.payout_runs;
begin
    if not p_is_dry then
        -- By a schedule it has the same id in each of several databases.
        v_run.run_id := 'run_' || coalesce(
            md5(p_schedule_id || ' ' || extract(epoch from p_due_at)),
            replace(ledger.draw_uuid()::text, '-', '')
        );
    end if;
    v_run.currency := p_currency;
    v_run.as_of := p_as_of;
    v_run.min_amount := p_min_amount;
    v_run.restaurant_ids := p_restaurant_ids;
    v_run.started_at := p_now;
    v_run.last_restaurant_id := '';
    v_run.payouts_created := 0;
    v_run.payouts_amount := 0;
    v_run.restaurants_skipped := 0;
    v_run.skipped := '{}';
    v_run.overrides_terms := p_overridden_by is not null;
    v_run.started_by := p_overridden_by;
    v_run.reason := p_reason;
    v_run.is_queued := p_is_queued;
    v_run.attempts := 0;
    v_run.next_attempt_at := p_now + case when p_is_queued then '0' else '1 minute' end::interval;
    v_run.schedule_id := p_schedule_id;
    v_run.due_at := p_due_at;
    if not p_is_dry then
        insert into ledger.payout_runs (
            run_id, currency, as_of, min_amount, restaurant_ids, started_at, overrides_terms,
            started_by, reason, is_queued, next_attempt_at, schedule_id, due_at
        )
        values (
            v_run.run_id, p_currency, p_as_of, p_min_amount, p_restaurant_ids, p_now,
            v_run.overrides_terms, p_overridden_by, p_reason, p_is_queued, v_run.next_attempt_at,
            p_schedule_id, p_due_at
        );
    end if;
    return v_run;
end;
$function$;

comment on function ledger.open_payout_run(
    text, date, bigint, text[], timestamptz, text, text, boolean, boolean, text, timestamptz
)
is 'Writes down that a run begins.';
