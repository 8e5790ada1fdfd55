create or replace function ledger.set_external_id(
    p_payout_id text,
    p_external_id text,
    p_actor text,
    p_now timestamptz
)
returns ledger.payouts
language plpgsql
volatile
as $function$
/*
 * Function: ledger.set_external_id(4)
 *     Gives a payout the bank's or the processor's id, once.
 * Parameters:
 *     p_payout_id    - as run_payouts created it
 *     p_external_id  - the id
 *     p_actor        - who says so
 *     p_now          - the clock
 * Returns:
 *     the payout as it is then
 * Raises:
 *     LBARG  an argument is missing
 *     LCCAN  the payout was canceled
 *     LCEXT  the payout has another external id, or this one is another payout's
 *     LNPAY  there is no such payout
 *     LUEXT  it is no id
 * Calls:  ledger.require_payout
 * Writes: ledger.payouts
 * Locks:  the payout
 */
declare
    v_payout ledger.payouts;
begin
    if p_external_id is null then
        raise exception 'external_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=external_id';
    elsif p_external_id !~ '^[]!#-[^-~]{1,128}$' then
        raise exception
            'external_id must be 1 to 128 visible ASCII characters but quote and backslash'
            using errcode = 'LUEXT', constraint = 'EXTERNAL_ID_INVALID',
                detail = 'argument=external_id';
    end if;
    perform
    from ledger.payouts as p
    where p.payout_id = p_payout_id
    for no key update;

    v_payout := ledger.require_payout(p_payout_id);
    -- Also one that was told as failed since.
    if v_payout.status = 'CANCELED' or v_payout.canceled_at is not null then
        raise exception 'payout % was canceled', p_payout_id
            using errcode = 'LCCAN', constraint = 'PAYOUT_CANCELED',
                detail = format('payout_id=%s', p_payout_id),
                hint = 'Call it back if it was handed over.';
    elsif v_payout.external_id <> p_external_id then
        raise exception 'payout % has another external_id', p_payout_id
            using errcode = 'LCEXT', constraint = 'EXTERNAL_ID_IN_USE',
                detail = format(
                    'payout_id=%s, external_id=%s', p_payout_id, v_payout.external_id
                ),
                hint = 'It is never changed.';
    elsif v_payout.external_id is null then
        update ledger.payouts as p
        set
            submitted_at = coalesce(p.submitted_at, p_now),
            submitted_by = coalesce(p.submitted_by, p_actor),
            external_id = p_external_id,
            confirmed_at = p_now,
            confirmed_by = p_actor
        where p.payout_id = p_payout_id
        returning * into v_payout;
    end if;
    return v_payout;
exception
    when unique_violation then
        raise exception 'external_id % is another payout''s', quote_literal(p_external_id)
            using errcode = 'LCEXT', constraint = 'EXTERNAL_ID_IN_USE',
                detail = format('external_id=%s', p_external_id),
                hint = 'list_payouts(p_external_id) shows it.';
end;
$function$;

comment on function ledger.set_external_id(text, text, text, timestamptz)
is 'Gives a payout the bank''s or the processor''s id, once.';
