create or replace function ledger.pay_chunk(
    p_run ledger.payout_runs,
    p_limit integer,
    p_is_alone boolean,
    p_now timestamptz
)
returns ledger.payout_runs
language plpgsql
volatile
as $function$
/*
 * Function: ledger.pay_chunk(4)
 *     Pays the next restaurants of a run, and keeps how far it has come in the same transaction.
 * Parameters:
 *     p_run       - the run, whose row the caller has locked. Without run_id it is a dry one, which
 *                   locks and writes nothing
 *     p_limit     - the most restaurants
 *     p_is_alone  - the transaction pays no other restaurants; see ledger.lock_payees
 *     p_now       - the clock
 * Returns:
 *     the run as it is then; finished_at is set when nobody is left, and what failed before is
 *     forgotten
 * Calls:  ledger.pick_payees, ledger.lock_payees, ledger.pay_accounts
 * Writes: ledger.payout_runs, ledger.payout_skips
 * Locks:  ledger.account_balances, one row a restaurant in key order
 */
declare
    v_next constant text[] := ledger.pick_payees(
        p_run.currency, p_run.restaurant_ids, p_run.last_restaurant_id, p_limit
    );
    v_ids text[] := v_next;
    r_outcome record;
begin
    if p_run.run_id is not null and v_next <> '{}' then
        v_ids := ledger.lock_payees(v_next, p_run.currency, p_is_alone);
    end if;

    -- The locks were a statement of their own: what had to wait sees the accounts, and a pause of
    -- payouts, as they are now.
    for r_outcome in
        select
            o.reason,
            o.restaurants,
            o.amount
        from ledger.pay_accounts(
            v_ids, p_run.currency, p_run.as_of, p_run.min_amount, p_run.run_id, p_now,
            p_run.overrides_terms
        ) as o
        union all
        select
            'account_locked',
            1,
            0
        where v_ids = '{}' and v_next <> '{}'
    loop
        if r_outcome.reason is null then
            p_run.payouts_created := p_run.payouts_created + r_outcome.restaurants;
            p_run.payouts_amount := p_run.payouts_amount + r_outcome.amount;
        else
            p_run.restaurants_skipped := p_run.restaurants_skipped + r_outcome.restaurants;
            p_run.skipped := p_run.skipped || jsonb_build_object(
                r_outcome.reason,
                coalesce((p_run.skipped ->> r_outcome.reason)::integer, 0) + r_outcome.restaurants
            );
        end if;
    end loop;
    if v_ids = '{}' and v_next <> '{}' then
        v_ids := v_next[1:1];
        insert into ledger.payout_skips (amount, restaurant_id, run_id, currency, reason)
        values (0, v_ids[1], p_run.run_id, p_run.currency, 'account_locked');
    end if;

    p_run.last_restaurant_id := coalesce(v_ids[cardinality(v_ids)], p_run.last_restaurant_id);
    if cardinality(v_ids) < p_limit and cardinality(v_ids) = cardinality(v_next) then
        p_run.finished_at := greatest(p_run.started_at, p_now);
    end if;
    p_run.attempts := 0;
    p_run.failed_at := null;
    p_run.died_at := null;
    p_run.error := null;
    p_run.next_attempt_at := case
        when p_run.finished_at is not null then null
        when p_run.is_queued then p_now
        else p_now + interval '1 minute'
    end;
    update ledger.payout_runs as r
    set
        last_restaurant_id = p_run.last_restaurant_id,
        finished_at = p_run.finished_at,
        payouts_created = p_run.payouts_created,
        payouts_amount = p_run.payouts_amount,
        restaurants_skipped = p_run.restaurants_skipped,
        skipped = p_run.skipped,
        attempts = p_run.attempts,
        next_attempt_at = p_run.next_attempt_at,
        failed_at = p_run.failed_at,
        died_at = p_run.died_at,
        error = p_run.error
    where r.run_id = p_run.run_id;
    return p_run;
end;
$function$;

comment on function ledger.pay_chunk(ledger.payout_runs, integer, boolean, timestamptz)
is 'Pays the next restaurants of a run.';
