create or replace function api.pay_by_hand(
    p_currency text,
    p_as_of date,
    p_restaurant_ids text[],
    p_reason text,
    p_actor text default session_user,
    p_min_amount bigint default 1,
    p_dry_run boolean default false
)
returns table (
    status text,
    message text,
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    is_dry_run boolean,
    payouts_created integer,
    payouts_amount numeric,
    restaurants_skipped integer,
    skipped jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.pay_by_hand(7)
 *     Pays some restaurants on purpose: as api.run_payouts, but whatever minimum and maximum their
 *     terms say. For operators, who have looked; the run keeps who did it and why. A pause and the
 *     payable unit hold here as well.
 * Parameters:
 *     p_currency        - ISO 4217 code, in either case
 *     p_as_of           - the last settlement day to pay; not in the future
 *     p_restaurant_ids  - whom, at most 500
 *     p_reason          - why
 *     p_actor           - who does it; by default the login
 *     p_min_amount      - minor units; who has less is skipped even so
 *     p_dry_run         - answer the same, keep nothing
 * Returns:
 *     one row; see api.run_payouts
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids is missing, has a null in it, or is too long
 *     LNRES  a restaurant is not known
 *     LUACT  the actor is no name
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 *     LURSN  the reason is blank or too long
 * Calls:  ledger.require_payout_run, ledger.require_payees, ledger.require_actor,
 *         ledger.require_reason, ledger.open_payout_run, ledger.pay_chunk,
 *         ledger.answer_payout_run
 * Locks:  the accounts in this currency, in key order
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_currency constant text := ledger.require_payout_run(
        p_currency, p_as_of, p_min_amount, p_dry_run, v_now
    );
    v_actor constant text := ledger.require_actor(p_actor);
    v_reason constant text := ledger.require_reason(p_reason);
    v_restaurant_ids constant text[] := ledger.require_payees(p_restaurant_ids);
    v_run ledger.payout_runs;
begin
    if (cardinality(v_restaurant_ids) <= 500) is not true then
        raise exception 'restaurant_ids must be at most 500 ids'
            using errcode = 'LBIDS', constraint = 'RESTAURANT_IDS_INVALID',
                detail = format('restaurant_ids=%s', cardinality(v_restaurant_ids)),
                hint = 'Who is paid by hand is named.';
    end if;
    v_run := ledger.open_payout_run(
        v_currency, p_as_of, p_min_amount, v_restaurant_ids, v_now, v_actor, v_reason, p_dry_run
    );
    -- All of them at once: then the run is finished.
    v_run := ledger.pay_chunk(v_run, 501, false, v_now);
    return query
    select a.*
    from ledger.answer_payout_run(v_run) as a;
end;
$function$;

comment on function api.pay_by_hand(text, date, text[], text, text, bigint, boolean)
is 'Pays some restaurants on purpose, whatever minimum and maximum their terms say.';
