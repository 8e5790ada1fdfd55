create or replace function ledger.pick_followed_payments(
    p_restaurant_id text,
    p_currency text,
    p_state text,
    p_recorded_from timestamptz,
    p_recorded_to timestamptz,
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
 * Function: ledger.pick_followed_payments(8)
 *     One page of the payments that something has followed, the newest first, from the links: they
 *     are few, and what is disputed or reversed is fewer.
 * Parameters:
 *     p_restaurant_id    - of this restaurant; null: of all
 *     p_currency         - ISO 4217 code; null: any
 *     p_state            - as in reporting.payments
 *     p_recorded_from, p_recorded_to  - recorded at the one moment or later and before the other;
 *                          null: any
 *     p_after, p_before  - numbers of events between which they are, neither included
 *     p_limit            - the most rows
 * Returns:
 *     the keys of their charges, in that order
 * Reads:  ledger.restaurants, ledger.account_balances, ledger.event_links, ledger.holdings,
 *         reporting.payments
 * Locks:  none
 */
begin
    return query
    select r.restaurant_id, c.event_no
    from ledger.restaurants as r
    cross join lateral (
        select f.event_no
        from (
            select distinct k.payment_event_no as event_no
            from ledger.event_links as k
            where k.restaurant_id = r.restaurant_id
                and k.payment_event_no > p_after
                and k.payment_event_no < p_before
                and (p_state <> 'REVERSED' or k.is_reversal)
                and (p_state not in ('DISPUTED', 'LOST') or exists (
                    select
                    from ledger.holdings as h
                    where h.restaurant_id = r.restaurant_id
                        and h.event_no = k.event_no
                ))
            order by k.payment_event_no desc
        ) as f
        cross join lateral (
            select x.state, x.currency, x.recorded_at
            from reporting.payments as x
            where x.restaurant_id = r.restaurant_id
                and x.event_no = f.event_no
            limit 1
        ) as p
        where p.state = p_state
            and (p_currency is null or p.currency = p_currency)
            and (p_recorded_from is null or p.recorded_at >= p_recorded_from)
            and (p_recorded_to is null or p.recorded_at < p_recorded_to)
        order by f.event_no desc
        limit p_limit
    ) as c
    where (p_restaurant_id is null or r.restaurant_id = p_restaurant_id)
        and ((p_currency is null and p_state <> 'DISPUTED') or exists (
            select
            from ledger.account_balances as b
            where b.restaurant_id = r.restaurant_id
                and (p_currency is null or b.currency = p_currency)
                and (p_state <> 'DISPUTED' or b.held > 0)
        ))
    order by c.event_no desc
    limit p_limit;
end;
$function$;

comment on function ledger.pick_followed_payments(
    text, text, text, timestamptz, timestamptz, bigint, bigint, integer
)
is 'One page of the payments that something has followed.';
