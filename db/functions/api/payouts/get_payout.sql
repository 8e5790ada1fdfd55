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
    failure_reason text,
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
 *     one row; amounts in minor units. items is an array of item_type, amount (signed) and
 *     entry_count that adds up to the amount
 * Raises:
 *     LBARG  the argument is missing
 *     LNPAY  there is no such payout
 * Reads:  ledger.payouts, ledger.payout_items
 * Locks:  none
 */
begin
    if p_payout_id is null then
        raise exception 'payout_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=payout_id';
    end if;
    return query
    select
        p.payout_id,
        p.restaurant_id,
        p.currency,
        p.as_of,
        p.amount,
        p.status,
        p.run_id,
        p.created_at,
        p.paid_at,
        p.failed_at,
        p.failure_reason,
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
            where i.restaurant_id = p.restaurant_id
                and i.payout_id = p.payout_id
        )
    from ledger.payouts as p
    where p.payout_id = p_payout_id;

    if not found then
        raise exception 'payout % does not exist', quote_literal(left(p_payout_id, 64))
            using errcode = 'LNPAY', constraint = 'PAYOUT_NOT_FOUND',
                detail = format('payout_id=%s', left(p_payout_id, 64));
    end if;
end;
$function$;

comment on function api.get_payout(text)
is 'One payout with what it consists of.';
