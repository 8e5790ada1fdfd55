create or replace function api.claim_payouts(
    p_currency text,
    p_limit integer default 100,
    p_actor text default session_user
)
returns table (
    payout_id text,
    restaurant_id text,
    currency text,
    as_of date,
    amount bigint,
    created_at timestamptz,
    submitted_at timestamptz,
    submitted_by text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.claim_payouts(3)
 *     Gives payouts that nobody has yet to a disburser, who hands them over to the bank or the
 *     processor (payout_id is the key that makes that happen once) and then calls
 *     api.confirm_payout. Each payout is given to one disburser, also if several ask at once; the
 *     next call gives the next ones. Commit before the hand-over. Whoever died in between finds its
 *     payouts with list_payouts(p_submitted_by, p_is_confirmed => false), and
 *     reporting.payout_claims shows their age.
 * Parameters:
 *     p_currency  - ISO 4217 code, in either case
 *     p_limit     - the most payouts, 1 to 500
 *     p_actor     - the disburser; by default the login
 * Returns:
 *     a row a payout, the oldest as_of first; amounts in minor units. Payouts of restaurants whose
 *     payouts are paused wait
 * Raises:
 *     LBARG  the currency is missing
 *     LBLIM  the limit is out of range
 *     LUACT  the actor is no name
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.require_currency, ledger.require_actor
 * Reads:  ledger.restaurants, ledger.payout_terms
 * Writes: ledger.payouts
 * Locks:  the payouts, but none that somebody else has locked
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_currency constant text := ledger.require_currency(p_currency);
    v_actor constant text := ledger.require_actor(p_actor);
    v_now constant timestamptz := clock_timestamp();
begin
    return query
    with waiting as materialized (
        select
            p.restaurant_id,
            p.payout_id
        from ledger.payouts as p
        where p.currency = v_currency
            and p.status = 'CREATED'
            and p.submitted_at is null
            and not exists (
                select
                from ledger.restaurants as s
                where s.restaurant_id = p.restaurant_id
                    and s.is_payouts_paused
            )
            and not exists (
                select
                from ledger.payout_terms as t
                where t.restaurant_id = p.restaurant_id
                    and t.currency = p.currency
                    and t.is_paused
            )
        order by p.as_of, p.payout_id
        limit v_limit
        for no key update of p skip locked
    ),

    claimed as (
        update ledger.payouts as p
        set
            submitted_at = v_now,
            submitted_by = v_actor
        from waiting as w
        where p.restaurant_id = w.restaurant_id
            and p.payout_id = w.payout_id
        returning p.*
    )

    select
        c.payout_id, c.restaurant_id, c.currency, c.as_of, c.amount, c.created_at, c.submitted_at,
        c.submitted_by
    from claimed as c
    order by c.as_of, c.payout_id;
end;
$function$;

comment on function api.claim_payouts(text, integer, text)
is 'Gives payouts that nobody has yet to a disburser.';
