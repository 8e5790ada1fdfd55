create or replace function ledger.require_payout(p_payout_id text)
returns ledger.payouts
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_payout(1)
 *     The payout that an argument names.
 * Parameters:
 *     p_payout_id  - as run_payouts created it
 * Returns:
 *     the payout as it is now
 * Raises:
 *     LBARG  the argument is missing
 *     LNPAY  there is no such payout
 * Reads:  ledger.payouts
 */
declare
    v_payout ledger.payouts;
begin
    if p_payout_id is null then
        raise exception 'payout_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=payout_id';
    end if;
    select p.*
    into v_payout
    from ledger.payouts as p
    where p.payout_id = p_payout_id;

    if not found then
        raise exception 'payout % does not exist', quote_literal(left(p_payout_id, 64))
            using errcode = 'LNPAY', constraint = 'PAYOUT_NOT_FOUND',
                detail = format('payout_id=%s', left(p_payout_id, 64));
    end if;
    return v_payout;
end;
$function$;

comment on function ledger.require_payout(text)
is 'The payout that an argument names.';
