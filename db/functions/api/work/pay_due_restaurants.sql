create or replace procedure api.pay_due_restaurants()
language plpgsql
as $procedure$
/*
 * Function: api.pay_due_restaurants(0)
 *     What a worker does, for those who have a clock inside the database (pg_cron) and no worker:
 *     queues the runs that are due and carries out all that are queued, a commit every few hundred
 *     restaurants. An error ends it; it is counted, so that the next call takes another run first.
 *     With the caller's rights and settings, because no other procedure may commit; so every name
 *     here says its schema.
 * Raises:
 *     LBARG, LBLIM, LNRUN  never, and whatever api.continue_payout_run meets
 *     Inside a transaction PostgreSQL refuses it (2D000).
 * Calls:  api.run_due_payouts, api.claim_payout_run, api.continue_payout_run
 */
declare
    v_run record;
begin
    perform
    from api.run_due_payouts();
    commit;

    loop
        select r.*
        into v_run
        from api.claim_payout_run(true) as r;
        commit;
        exit when v_run.run_id is null;
        perform
        from api.continue_payout_run(v_run.run_id);
        commit;
    end loop;
end;
$procedure$;

comment on procedure api.pay_due_restaurants
is 'Queues the payout runs that are due, and carries out all that are queued.';
