create or replace function ledger.create_payout(
    p_restaurant_id text,
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_payout_id text,
    p_now timestamptz
)
returns table (
    amount bigint,
    reason text,
    items ledger.payout_items[],
    account ledger.account_balances,
    today date
)
language sql
stable
as $function$
/*
 * Function: ledger.create_payout(6)
 *     The payout of one restaurant in a run: what it is paid for the days up to as_of, what that
 *     consists of, or why it is not paid. In plain SQL, so that PostgreSQL puts the body in place
 *     of the call: the one statement of ledger.write_payouts decides and writes many of them.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant, whose account the caller has locked;
 *                        first so that a cluster can route the call
 *     p_currency       - ISO 4217 code
 *     p_as_of          - the last settlement day to pay
 *     p_min_amount     - below this nothing is paid; equal pays
 *     p_payout_id      - the payout's id
 *     p_now            - the clock
 * Returns:
 *     amount   - what can be paid, in minor units: what settled and was not paid yet, but no more
 *                than is available now, nor than can be kept beside what is reserved already
 *     reason   - why it is not paid; null if it is
 *     items    - the entries of the days that the payout closes, summed by kind; what earlier
 *                payouts carried over; what it carries over itself. They add up to the amount
 *     account  - the account
 *     today    - the restaurant's business day
 * Calls:  ledger.business_day, ledger.sum_payout
 * Reads:  ledger.account_balances, ledger.restaurants, ledger.payouts
 */
    select
        a.amount,
        case
            when s.is_payouts_paused then 'payouts_paused'
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
            when a.amount <= 0 then 'nothing_to_pay'
            when a.amount < p_min_amount then 'below_minimum'
        end,
        k.items
        || case
            when a.settled <> k.amount then array[
                row(a.settled - k.amount, 0, p_restaurant_id, p_payout_id, 'carried_in')
                ::ledger.payout_items
            ]
        end
        || case
            when a.amount <> a.settled then array[
                row(a.amount - a.settled, 0, p_restaurant_id, p_payout_id, 'carried_out')
                ::ledger.payout_items
            ]
        end,
        b,
        d.today
    from ledger.account_balances as b
    inner join ledger.restaurants as s on b.restaurant_id = s.restaurant_id
    cross join lateral (
        select ledger.business_day(p_now, s.timezone, s.day_close_hour) as today
    ) as d
    cross join lateral ledger.sum_payout(
        p_restaurant_id, p_currency, b.closed_through + 1, p_as_of, d.today, p_payout_id
    ) as k
    cross join lateral (
        select
            b.balance - k.later as settled,
            least(
                b.balance - k.later, b.balance - k.pending, 9007199254740991 - b.reserved
            ) as amount
    ) as a
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency;
$function$;

comment on function ledger.create_payout(text, text, date, bigint, text, timestamptz)
is 'The payout of one restaurant in a run, or why there is none.';
