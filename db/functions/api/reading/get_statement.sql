create or replace function api.get_statement(
    p_restaurant_id text,
    p_currency text,
    p_from date,
    p_to date
)
returns table (
    restaurant_id text, currency text, "from" date, "to" date, is_final boolean, opening numeric,
    activity jsonb, payouts jsonb, closing numeric, days jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_statement(4)
 *     A restaurant's statement in one currency by settlement days: with what they open, what moved
 *     the balance, with what they close. Each day opens with what the one before closes with.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_from, p_to     - the first and the last day, at most 366
 * Returns:
 *     one row; amounts in minor units. opening, closing: the balance, available or not yet; what
 *     payouts reserve and disputes hold is not in it. activity: by entry_type how many, how much,
 *     and what that did to the balance, which adds up to closing - opening. payouts: those that
 *     took from the balance on these days or gave back. days: opening, activity and closing of
 *     each. is_final: a payout has closed the days, so that nothing here changes any more
 * Raises:
 *     LBARG  an argument is missing
 *     LBPER  the days are none, or too many
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.write_statement
 * Locks:  none
 */
    select
        p_restaurant_id, s.currency, p_from, p_to, s.is_final, s.opening, s.activity, s.payouts,
        s.closing, s.days
    from ledger.write_statement(p_restaurant_id, p_currency, p_from, p_to) as s;
$function$;

comment on function api.get_statement(text, text, date, date)
is 'A restaurant''s statement in one currency, by settlement days.';
