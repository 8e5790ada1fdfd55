create or replace function access.require_own_arguments(
    p_restaurant_id text,
    p_function text,
    p_arguments jsonb
)
returns jsonb
language plpgsql
stable
as $function$
/*
 * Function: access.require_own_arguments(3)
 *     What a restaurant's own key may ask: its balances, entries, statement, payments, disputes and
 *     payouts, of nobody else. What is not in the list here, it may not.
 * Parameters:
 *     p_restaurant_id  - the restaurant that the key is bound to
 *     p_function       - the function of schema api
 *     p_arguments      - its arguments by name: texts, or null
 * Returns:
 *     the arguments, with this restaurant wherever the function takes one
 * Raises:
 *     LBOWN  the function takes no such argument
 *     LFOWN  the key may not call this function, or asks for another restaurant
 *     LNPAY  there is no such payout of this restaurant
 * Calls:  access.list_parameters
 * Reads:  ledger.payouts
 */
declare
    -- Only a text is read as one: of a number or an array nobody knows how long it becomes.
    v_asked constant text := case
        when jsonb_typeof(p_arguments -> 'p_restaurant_id') = 'string'
            then p_arguments ->> 'p_restaurant_id'
    end;
    v_payout_id constant text := case
        when jsonb_typeof(p_arguments -> 'p_payout_id') = 'string'
            then p_arguments ->> 'p_payout_id'
    end;
    v_names text[];
begin
    if (
        p_function in (
            'get_restaurant', 'get_balance', 'list_balances', 'list_entries', 'get_statement',
            'list_payments', 'get_payment', 'list_disputes',
            'list_payouts', 'get_payout', 'list_payout_entries'
        )
    ) is not true then
        raise exception 'a restaurant''s own key may not do this'
            using errcode = 'LFOWN', constraint = 'FORBIDDEN';
    elsif v_asked <> p_restaurant_id then
        raise exception 'the key is another restaurant''s'
            using errcode = 'LFOWN', constraint = 'FORBIDDEN';
    end if;

    v_names := array(select a.name from access.list_parameters(p_function) as a);
    if jsonb_typeof(p_arguments) is distinct from 'object'
        or exists (
            select
            from jsonb_each(p_arguments) as g
            where g.key <> all(v_names) or jsonb_typeof(g.value) not in ('string', 'null')
        )
    then
        raise exception '% takes other arguments', p_function
            using errcode = 'LBOWN', constraint = 'ARGUMENT_UNKNOWN',
                detail = format('arguments=%s', array_to_string(v_names, ' '));
    elsif 'p_restaurant_id' = any(v_names) then
        return p_arguments || jsonb_build_object('p_restaurant_id', p_restaurant_id);
    end if;

    -- The others are about one payout. Somebody else's is not told from one that is not there.
    if v_payout_id is not null and not exists (
        select
        from ledger.payouts as p
        where p.payout_id = v_payout_id
            and p.restaurant_id = p_restaurant_id
    ) then
        raise exception 'payout % does not exist', quote_literal(left(v_payout_id, 64))
            using errcode = 'LNPAY', constraint = 'PAYOUT_NOT_FOUND',
                detail = format('payout_id=%s', left(v_payout_id, 64));
    end if;
    return p_arguments;
end;
$function$;

comment on function access.require_own_arguments(text, text, jsonb)
is 'What a restaurant''s own key may ask.';
