create or replace function ledger.tg_payouts__guard()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_payouts__guard(0)
 *     Lets a payout change its status along the allowed ways only, and nothing else but when and
 *     why. Its hand-over is ledger.tg_payouts__hand_over's affair.
 * Raises:
 *     LCTRN  another change
 */
begin
    if (
            new.restaurant_id, new.payout_id, new.currency, new.as_of, new.amount,
            new.reserve_entry_seq, new.run_id, new.created_at
        ) is not distinct from (
            old.restaurant_id, old.payout_id, old.currency, old.as_of, old.amount,
            old.reserve_entry_seq, old.run_id, old.created_at
        )
        and (old.status, new.status) in (
            ('CREATED', 'PAID'), ('CREATED', 'FAILED'), ('CREATED', 'CANCELED'), ('PAID', 'FAILED'),
            ('PAID', 'CANCELED'), ('FAILED', 'CANCELED'), ('CANCELED', 'FAILED'),
            -- Told again, with a later moment.
            ('PAID', 'PAID'), ('FAILED', 'FAILED'), ('CANCELED', 'CANCELED')
        )
        and (
            new.paid_at is not distinct from old.paid_at
            or (new.status = 'PAID' and new.paid_at >= coalesce(old.paid_at, new.paid_at))
        )
        and (
            new.failed_at is not distinct from old.failed_at
            or (new.status = 'FAILED' and new.failed_at >= coalesce(old.failed_at, new.failed_at))
        )
        and (
            new.canceled_at is not distinct from old.canceled_at
            or (
                new.status = 'CANCELED'
                and new.canceled_at >= coalesce(old.canceled_at, new.canceled_at)
            )
        )
        and (
            (new.failure_code, new.failure_reason)
            is not distinct from (old.failure_code, old.failure_reason)
            or new.status = 'FAILED'
        )
    then
        return new;
    end if;
    raise exception 'payout % cannot be changed so', old.payout_id
        using errcode = 'LCTRN', constraint = 'PAYOUT_CHANGE_REFUSED',
            detail = format(
                'payout_id=%s, status=%s, new_status=%s', old.payout_id, old.status, new.status
            ),
            hint = 'A payout changes by the events about it.';
end;
$function$;

comment on function ledger.tg_payouts__guard()
is 'Lets a payout change its status along the allowed ways only.';
