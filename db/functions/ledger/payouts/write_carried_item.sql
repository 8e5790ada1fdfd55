create or replace function ledger.write_carried_item(p_item_type text, p_amount numeric)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.write_carried_item(2)
 *     Money that a payout has from earlier ones, or leaves to later ones, as an item of it.
 * Parameters:
 *     p_item_type  - carried_in or carried_out
 *     p_amount     - minor units; nothing is no item
 * Returns:
 *     an array of one item, or of none
 */
    select case
        when p_amount = 0 then '[]'::jsonb
        else jsonb_build_array(
            jsonb_build_object('item_type', p_item_type, 'amount', p_amount, 'entry_count', 0)
        )
    end;
$function$;

comment on function ledger.write_carried_item(text, numeric)
is 'Money that a payout has from earlier ones, or leaves to later ones, as an item.';
