create or replace function ledger.pick_recent_payments(
    p_restaurant_id text,
    p_currency text,
    p_state text,
    p_after bigint,
    p_before bigint,
    p_limit integer
)
returns table (restaurant_id text, event_no bigint)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.pick_recent_payments(6)
 *     One page of payments, the newest first, from the events of each restaurant: no index over
 *     all events need know payments.
 * Parameters:
 *     p_restaurant_id    - of this restaurant; null: of all
 *     p_currency         - ISO 4217 code; null: any
 *     p_state            - CHARGED: only those of which nothing was taken; null: any
 *     p_after, p_before  - numbers of events between which they are, neither included
 *     p_limit            - the most rows
 * Returns:
 *     the keys of their charges, in that order
 * Reads:  ledger.restaurants, ledger.account_balances, ledger.processor_events,
 *         reporting.payments
 * Locks:  none
 */
begin
    return query
    select c.restaurant_id, c.event_no
    from ledger.restaurants as r
    cross join lateral (
        select e.restaurant_id, e.event_no
        from ledger.processor_events as e
        where e.restaurant_id = r.restaurant_id
            and e.event_no > p_after
            and e.event_no < p_before
            and e.event_type = 'charge_succeeded'
            and e.subject_id is not null
            and (p_currency is null or e.currency = p_currency)
            and (p_state is null or p_state = (
                select p.state
                from reporting.payments as p
                where p.restaurant_id = r.restaurant_id
                    and p.event_no = e.event_no
            ))
        order by e.event_no desc
        limit p_limit
    ) as c
    where (p_restaurant_id is null or r.restaurant_id = p_restaurant_id)
        and (p_currency is null or exists (
            select
            from ledger.account_balances as b
            where b.restaurant_id = r.restaurant_id
                and b.currency = p_currency
        ))
    order by c.event_no desc
    limit p_limit;
end;
$function$;

comment on function ledger.pick_recent_payments(text, text, text, bigint, bigint, integer)
is 'One page of payments, from the last events of each restaurant.';
