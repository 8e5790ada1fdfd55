create or replace procedure api.pay_restaurants(
    p_currency text default null,
    p_as_of date default null,
    p_min_amount bigint default 1,
    p_restaurant_ids text[] default null,
    inout p_run_id text default null
)
language plpgsql
as $procedure$
/*
 * Function: api.pay_restaurants(5)
 *     A payout run that commits every few hundred restaurants, for psql: the same as
 *     api.run_payouts, but nobody waits for the whole of it, and what it has paid stays paid when
 *     it is interrupted. With the caller's rights and settings, because no other procedure may
 *     commit; so every name here says its schema.
 * Parameters:
 *     p_currency, p_as_of, p_min_amount, p_restaurant_ids  - as in api.start_payout_run
 *     p_run_id  - instead of these: the run to go on with
 * Returns:
 *     p_run_id, the run; its progress is told by notices
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids has a null in it, or is too long
 *     LBLIM  the limit of a chunk is out of range
 *     LNRES  a restaurant is not known
 *     LNRUN  there is no such run
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 *     Inside a transaction PostgreSQL refuses it (2D000).
 * Calls:  api.start_payout_run, api.continue_payout_run
 */
declare
    v_run record;
    v_chunks integer := 0;
begin
    if p_run_id is null then
        p_run_id := (
            select r.run_id
            from api.start_payout_run(p_currency, p_as_of, p_min_amount, p_restaurant_ids) as r
        );
        raise notice 'run % begins; if it is interrupted: call pay_restaurants(p_run_id => ''%'')',
            p_run_id, p_run_id;
    end if;
    commit;

    loop
        select r.*
        into v_run
        from api.continue_payout_run(p_run_id) as r;
        commit;
        exit when v_run.is_finished;
        v_chunks := v_chunks + 1;
        if v_chunks % 50 = 0 then
            raise notice '%, restaurants skipped: %', v_run.message, v_run.restaurants_skipped;
        end if;
    end loop;
    raise notice '%, restaurants skipped: % %', v_run.message, v_run.restaurants_skipped,
        v_run.skipped;
end;
$procedure$;

comment on procedure api.pay_restaurants
is 'Pays every restaurant what has settled up to a day, and commits every few hundred of them.';
