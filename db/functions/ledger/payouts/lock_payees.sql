create or replace function ledger.lock_payees(
    p_restaurant_ids text[],
    p_currency text,
    p_is_alone boolean
)
returns text[]
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $function$
/*
 * Function: ledger.lock_payees(3)
 *     Locks the accounts of the next restaurants of a run. A run that commits as it goes never
 *     waits for an account while it holds another: what it waits for stops nobody else.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants, sorted
 *     p_currency        - ISO 4217 code
 *     p_is_alone        - the transaction holds no account yet. Else it may only wait in the order
 *                         of all writers, and so it does
 * Returns:
 *     the restaurants whose accounts are locked now: the first ones, up to one that is busy; none
 *     if that is the very first, and is not free within the session's lock_timeout
 * Locks:  ledger.account_balances, one row a restaurant in key order
 */
declare
    v_locked text[];
begin
    if not p_is_alone then
        perform
        from unnest(p_restaurant_ids) as r (restaurant_id)
        inner join ledger.account_balances as b on r.restaurant_id = b.restaurant_id
        where b.currency = p_currency
        order by b.restaurant_id
        for no key update of b;
        return p_restaurant_ids;
    end if;

    perform
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_ids[1]
        and b.currency = p_currency
    for no key update of b skip locked;
    if not found then
        begin
            perform
            from ledger.account_balances as b
            where b.restaurant_id = p_restaurant_ids[1]
                and b.currency = p_currency
            for no key update of b;
        exception
            when lock_not_available then
                return array[]::text[];
        end;
    end if;

    v_locked := array(
        select b.restaurant_id
        from unnest(p_restaurant_ids) as r (restaurant_id)
        inner join ledger.account_balances as b on r.restaurant_id = b.restaurant_id
        where b.currency = p_currency
        order by b.restaurant_id
        for no key update of b skip locked
    );
    -- What is locked behind a busy one is nobody's loss: this transaction ends in a moment.
    return p_restaurant_ids[: (
        select coalesce(min(r.place) - 1, cardinality(p_restaurant_ids))
        from unnest(p_restaurant_ids, v_locked) with ordinality
        as r (restaurant_id, locked_id, place)
        where r.restaurant_id is distinct from r.locked_id
    )::integer];
end;
$function$;

comment on function ledger.lock_payees(text[], text, boolean)
is 'Locks the accounts of the next restaurants of a run.';
