create or replace function ledger.tg_payouts__hand_over()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_payouts__hand_over(0)
 *     A payout is taken by one disburser and confirmed by one bank, both once, and never if it was
 *     canceled before.
 * Raises:
 *     LCTRN  another change
 */
begin
    if (
            (new.submitted_at, new.submitted_by)
            is not distinct from (old.submitted_at, old.submitted_by)
            or (
                num_nulls(old.submitted_at, old.submitted_by) = 2
                and num_nulls(new.submitted_at, new.submitted_by) = 0
                and old.status <> 'CANCELED'
            )
        )
        and (
            (new.confirmed_at, new.confirmed_by, new.external_id)
            is not distinct from (old.confirmed_at, old.confirmed_by, old.external_id)
            or (
                num_nulls(old.confirmed_at, old.confirmed_by, old.external_id) = 3
                and num_nulls(
                    new.submitted_at, new.confirmed_at, new.confirmed_by, new.external_id
                ) = 0
                and old.status <> 'CANCELED'
            )
        )
    then
        return new;
    end if;
    raise exception 'the hand-over of payout % cannot be changed so', old.payout_id
        using errcode = 'LCTRN', constraint = 'PAYOUT_CHANGE_REFUSED',
            detail = format('payout_id=%s, status=%s', old.payout_id, old.status),
            hint = 'claim_payouts and confirm_payout hand payouts over.';
end;
$function$;

comment on function ledger.tg_payouts__hand_over()
is 'Lets a payout be taken and confirmed once.';
