create or replace function ledger.sum_payable(
    p_account ledger.account_balances,
    p_as_of date,
    p_today date,
    p_payable_unit bigint
)
returns table (
    amount numeric,
    is_below_unit boolean,
    settled numeric,
    entries numeric,
    largest numeric,
    items jsonb
)
language sql
stable
as $function$
/*
 * Function: ledger.sum_payable(4)
 *     What an account can be paid for the days up to as_of. In plain SQL, as ledger.decide_payout.
 * Parameters:
 *     p_account       - the account
 *     p_as_of         - the last settlement day to pay
 *     p_today         - the restaurant's business day
 *     p_payable_unit  - minor units of which a payout is a multiple
 * Returns:
 *     one row, in minor units
 *     amount         - what settled and was not paid yet, but no more than is available now, nor
 *                      than can be kept beside what is reserved already; a multiple of the unit
 *     is_below_unit  - there is something, but less than one unit
 *     settled        - what settled and was not paid yet
 *     entries        - the part of it that is in entries of the days that a payout would close
 *     largest, items - as of ledger.sum_payout
 * Calls:  ledger.sum_payout
 * Reads:  ledger.pending_days
 */
    select
        case when m.amount > 0 then m.amount - m.amount % p_payable_unit else m.amount end,
        m.amount > 0 and m.amount < p_payable_unit,
        m.settled,
        k.amount,
        k.largest,
        k.items
    from ledger.sum_payout(
        (p_account).restaurant_id, (p_account).currency, (p_account).closed_through + 1, p_as_of
    ) as k
    cross join lateral (
        select coalesce(sum(q.amount), 0) as amount
        from ledger.pending_days as q
        where q.restaurant_id = (p_account).restaurant_id
            and q.currency = (p_account).currency
            and q.available_on > p_today
    ) as g
    cross join lateral (
        select
            (p_account).balance - k.later as settled,
            least(
                (p_account).balance - k.later,
                (p_account).balance - g.amount,
                9007199254740991 - (p_account).reserved
            ) as amount
    ) as m;
$function$;

comment on function ledger.sum_payable(ledger.account_balances, date, date, bigint)
is 'What an account can be paid for the days up to as_of.';
