create or replace function ledger.tg_payouts__complete()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_payouts__complete(0)
 *     At the end of the statement that inserts payouts: the items of each add up to its amount, and
 *     that amount is reserved. So one statement writes all of a payout.
 * Raises:
 *     LXPAY  they do not
 * Reads:  ledger.payout_items, ledger.ledger_entries
 */
declare
    v_payout record;
begin
    -- Subqueries of one value each, which are always answered from an index; a join could be
    -- planned while the tables are small, and be slow after the first million rows.
    select
        w.restaurant_id,
        w.payout_id
    into v_payout
    from written as w
    where w.amount is distinct from (
            select sum(i.amount)
            from ledger.payout_items as i
            where i.restaurant_id = w.restaurant_id
                and i.payout_id = w.payout_id
        )
        or w.amount is distinct from (
            select e.amount
            from ledger.ledger_entries as e
            where e.restaurant_id = w.restaurant_id
                and e.currency = w.currency
                and e.entry_seq = w.reserve_entry_seq
                and e.payout_id = w.payout_id
                and e.entry_type = 'PAYOUT_RESERVE'
        )
    limit 1;

    if found then
        raise exception 'payout % is not the sum of its items, or is not reserved',
            v_payout.payout_id
            using errcode = 'LXPAY', constraint = 'PAYOUT_INCOMPLETE',
                detail = format(
                    'restaurant_id=%s, payout_id=%s', v_payout.restaurant_id, v_payout.payout_id
                ),
                hint = 'Payouts are written by run_payouts.';
    end if;
    return null;
end;
$function$;

comment on function ledger.tg_payouts__complete()
is 'Holds a payout equal to the sum of its items and to its reserve, when it is inserted.';
