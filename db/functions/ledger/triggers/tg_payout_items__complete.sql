create or replace function ledger.tg_payout_items__complete()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_payout_items__complete(0)
 *     At the end of the statement that inserts items: those of each payout add up to its amount. So
 *     none can be added later.
 * Raises:
 *     LXPAY  they do not
 * Reads:  ledger.payouts, ledger.payout_items
 */
declare
    v_payout record;
begin
    -- As in ledger.tg_payouts__complete, subqueries and no join.
    select
        w.restaurant_id,
        w.payout_id
    into v_payout
    from (
        select distinct
            n.restaurant_id,
            n.payout_id
        from written as n
    ) as w
    where (
            select p.amount
            from ledger.payouts as p
            where p.restaurant_id = w.restaurant_id
                and p.payout_id = w.payout_id
        ) is distinct from (
            select sum(i.amount)
            from ledger.payout_items as i
            where i.restaurant_id = w.restaurant_id
                and i.payout_id = w.payout_id
        )
    limit 1;

    if found then
        raise exception 'the items of payout % do not add up to its amount', v_payout.payout_id
            using errcode = 'LXPAY', constraint = 'PAYOUT_INCOMPLETE',
                detail = format(
                    'restaurant_id=%s, payout_id=%s', v_payout.restaurant_id, v_payout.payout_id
                ),
                hint = 'Payouts are written by run_payouts.';
    end if;
    return null;
end;
$function$;

comment on function ledger.tg_payout_items__complete()
is 'Holds the items of a payout equal to its amount, when they are inserted.';
