create or replace function api.confirm_payout(
    p_payout_id text,
    p_external_id text,
    p_actor text default session_user
)
returns table (
    payout_id text,
    restaurant_id text,
    currency text,
    as_of date,
    amount bigint,
    status text,
    submitted_at timestamptz,
    submitted_by text,
    external_id text,
    confirmed_at timestamptz,
    confirmed_by text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.confirm_payout(3)
 *     Keeps that the bank or the processor has a payout, and under which id of its own. Said again
 *     with the same id, nothing happens; the id is never changed. A payout that nobody has claimed
 *     is claimed by this.
 * Parameters:
 *     p_payout_id    - as run_payouts created it
 *     p_external_id  - the bank's or the processor's id: 1 to 128 visible ASCII characters
 *     p_actor        - who does it; by default the login
 * Returns:
 *     one row, the payout's hand-over
 * Raises:
 *     LBARG  an argument is missing
 *     LCCAN  the payout was canceled: whoever handed it over must call it back
 *     LCEXT  the payout has another external id, or this one is another payout's
 *     LNPAY  there is no such payout
 *     LUACT  the actor is no name
 *     LUEXT  the external id is no id
 * Calls:  ledger.require_actor, ledger.set_external_id
 * Locks:  the payout
 */
declare
    v_payout constant ledger.payouts := ledger.set_external_id(
        p_payout_id, p_external_id, ledger.require_actor(p_actor), clock_timestamp()
    );
begin
    payout_id := v_payout.payout_id;
    restaurant_id := v_payout.restaurant_id;
    currency := v_payout.currency;
    as_of := v_payout.as_of;
    amount := v_payout.amount;
    status := v_payout.status;
    submitted_at := v_payout.submitted_at;
    submitted_by := v_payout.submitted_by;
    external_id := v_payout.external_id;
    confirmed_at := v_payout.confirmed_at;
    confirmed_by := v_payout.confirmed_by;
    return next;
end;
$function$;

comment on function api.confirm_payout(text, text, text)
is 'Keeps that the bank or the processor has a payout, and under which id of its own.';
