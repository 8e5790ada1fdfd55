create or replace function ledger.tg_payouts__complete()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: ledger.tg_payouts__complete(0)
 *     At the end of the transaction that wrote a payout or one of its items: the items add up to
 *     the payout's amount, and that amount was reserved.
 * Raises:
 *     LXPAY  they do not
 * Reads:  ledger.payouts, ledger.payout_items, ledger.ledger_entries
 */
begin
    if not exists (
        select
        from ledger.payouts as p
        where p.restaurant_id = new.restaurant_id
            and p.payout_id = new.payout_id
            and p.amount = (
                select sum(i.amount)
                from ledger.payout_items as i
                where i.restaurant_id = p.restaurant_id
                    and i.payout_id = p.payout_id
            )
            and exists (
                select
                from ledger.ledger_entries as e
                where e.restaurant_id = p.restaurant_id
                    and e.currency = p.currency
                    and e.entry_seq = p.reserve_entry_seq
                    and e.payout_id = p.payout_id
                    and e.entry_type = 'PAYOUT_RESERVE'
                    and e.amount = p.amount
            )
    ) then
        raise exception 'payout % is not the sum of its items, or is not reserved', new.payout_id
            using errcode = 'LXPAY', constraint = 'PAYOUT_INCOMPLETE',
                detail = format('restaurant_id=%s, payout_id=%s', new.restaurant_id, new.payout_id),
                hint = 'Payouts are written by run_payouts.';
    end if;
    return null;
end;
$function$;

comment on function ledger.tg_payouts__complete()
is 'Holds a payout equal to the sum of its items and to its reserve, when the transaction ends.';
