create or replace function ledger.decide_payout(
    p_restaurant_id text,
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_overrides_terms boolean,
    p_timezones text[],
    p_now timestamptz
)
returns table (
    amount numeric,
    reason text,
    items jsonb,
    today date,
    account ledger.account_balances
)
language sql
stable
as $function$
/*
 * Function: ledger.decide_payout(7)
 *     What one restaurant is paid for the days up to as_of, what that consists of, or why it is not
 *     paid. In plain SQL, so that PostgreSQL puts the body in place of the call: one statement
 *     decides many.
 * Parameters:
 *     p_restaurant_id    - the platform's id of the restaurant
 *     p_currency         - ISO 4217 code
 *     p_as_of            - the last settlement day to pay
 *     p_min_amount       - below this, or the terms' minimum, nothing is paid; equal pays
 *     p_overrides_terms  - an operator pays by hand: minimum and maximum of the terms do not count
 *     p_timezones        - the time zones that the server knows, of the restaurants in question
 *     p_now              - the clock
 * Returns:
 *     amount   - what can be paid, in minor units; see ledger.sum_payable
 *     reason   - why it is not paid; null if it is
 *     items    - the entries of the days that the payout closes, summed by kind; what earlier
 *                payouts carried over; what it carries over itself. They add up to the amount
 *     today    - the restaurant's business day; null if its time zone is unknown
 *     account  - the account
 * Calls:  ledger.business_day, ledger.sum_payable, ledger.write_carried_item
 * Reads:  ledger.account_balances, ledger.restaurants, ledger.payout_terms, ledger.currencies,
 *         ledger.ledger_entries, ledger.payouts
 */
    select
        a.amount,
        case
            when (
                    b.last_entry_seq, b.balance, b.reserved, b.held, b.last_entry_at
                ) is distinct from (
                    coalesce(e.entry_seq, 0), coalesce(e.balance_after, 0),
                    coalesce(e.reserved_after, 0), coalesce(e.held_after, 0), e.recorded_at
                )
                then 'account_differs'
            when s.is_payouts_paused or t.is_paused then 'payouts_paused'
            when d.today is null then 'timezone_unknown'
            when p_as_of > d.today then 'as_of_in_future'
            when b.closed_through >= p_as_of
                then case
                    when exists (
                        select
                        from ledger.payouts as p
                        where p.restaurant_id = p_restaurant_id
                            and p.currency = p_currency
                            and p.as_of = p_as_of
                    )
                        then 'already_paid'
                    else 'closed_by_later_payout'
                end
            when greatest(
                    a.largest, abs(a.settled - a.entries), abs(a.amount - a.settled)
                ) > 9223372036854775807
                then 'sums_out_of_range'
            when a.is_below_unit then 'below_payable_unit'
            when a.amount <= 0 then 'nothing_to_pay'
            when a.amount < p_min_amount or a.amount < t.min_amount and not p_overrides_terms
                then 'below_minimum'
            when a.amount > t.max_amount and not p_overrides_terms then 'above_maximum'
        end,
        coalesce(a.items, '[]')
        || ledger.write_carried_item('carried_in', a.settled - a.entries)
        || ledger.write_carried_item('carried_out', a.amount - a.settled),
        d.today,
        b
    from ledger.account_balances as b
    inner join ledger.restaurants as s on b.restaurant_id = s.restaurant_id
    inner join ledger.currencies as c on b.currency = c.currency
    left join ledger.payout_terms as t
        on b.restaurant_id = t.restaurant_id and b.currency = t.currency
    left join lateral (
        select l.*
        from ledger.ledger_entries as l
        where l.restaurant_id = p_restaurant_id
            and l.currency = p_currency
        order by l.entry_seq desc
        limit 1
    ) as e on true
    cross join lateral (
        select case
            when s.timezone = any(p_timezones)
                then ledger.business_day(p_now, s.timezone, s.day_close_hour)
        end as today
    ) as d
    cross join lateral ledger.sum_payable(
        b, p_as_of, coalesce(d.today, (p_now at time zone 'UTC')::date),
        coalesce(t.payable_unit, c.payable_unit)
    ) as a
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency;
$function$;

comment on function
ledger.decide_payout(text, text, date, bigint, boolean, text[], timestamptz)
is 'The payout of one restaurant, or why there is none.';
