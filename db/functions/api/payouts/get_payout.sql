create or replace function api.get_payout(p_payout_id text)
returns table (
    payout_id text,
    restaurant_id text,
    currency text,
    as_of date,
    amount bigint,
    status text,
    run_id text,
    created_at timestamptz,
    paid_at timestamptz,
    failed_at timestamptz,
    canceled_at timestamptz,
    failure_code text,
    failure_reason text,
    submitted_at timestamptz,
    submitted_by text,
    external_id text,
    confirmed_at timestamptz,
    confirmed_by text,
    items jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_payout(1)
 *     One payout with what it consists of.
 * Parameters:
 *     p_payout_id  - as run_payouts created it
 * Returns:
 *     one row; amounts in minor units. submitted: taken by a disburser; confirmed: the bank or the
 *     processor has it, under its external_id. items is an array of item_type, amount (signed) and
 *     entry_count that adds up to the amount
 * Raises:
 *     LBARG  the argument is missing
 *     LNPAY  there is no such payout
 * Calls:  ledger.require_payout
 * Reads:  ledger.payout_items
 * Locks:  none
 */
declare
    v_payout constant ledger.payouts := ledger.require_payout(p_payout_id);
begin
    return query
    select
        v_payout.payout_id,
        v_payout.restaurant_id,
        v_payout.currency,
        v_payout.as_of,
        v_payout.amount,
        v_payout.status,
        v_payout.run_id,
        v_payout.created_at,
        v_payout.paid_at,
        v_payout.failed_at,
        v_payout.canceled_at,
        v_payout.failure_code,
        v_payout.failure_reason,
        v_payout.submitted_at,
        v_payout.submitted_by,
        v_payout.external_id,
        v_payout.confirmed_at,
        v_payout.confirmed_by,
        (
            select jsonb_agg(
                jsonb_build_object(
                    'item_type', i.item_type, 'amount', i.amount, 'entry_count', i.entry_count
                )
                order by
                    i.item_type = 'carried_out', i.item_type <> 'carried_in', i.amount desc,
                    i.item_type
            )
            from ledger.payout_items as i
            where i.restaurant_id = v_payout.restaurant_id
                and i.payout_id = v_payout.payout_id
        );
end;
$function$;

comment on function api.get_payout(text)
is 'One payout with what it consists of.';
