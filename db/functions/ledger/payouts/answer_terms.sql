create or replace function ledger.answer_terms(p_restaurant_id text, p_currency text)
returns table (
    restaurant_id text,
    currency text,
    min_amount bigint,
    max_amount bigint,
    payable_unit bigint,
    is_paused boolean,
    paused_at timestamptz,
    paused_by text,
    paused_reason text
)
language sql
stable
as $function$
/*
 * Function: ledger.answer_terms(2)
 *     A restaurant's payout terms in a currency, as they are answered to whoever wants them.
 * Parameters:
 *     p_restaurant_id  - the platform's id of a restaurant that is there
 *     p_currency       - ISO 4217 code
 * Returns:
 *     one row, also if nothing was ever set; payable_unit is the currency's unless the terms say
 *     otherwise
 * Reads:  ledger.currencies, ledger.payout_terms
 */
    select
        p_restaurant_id,
        c.currency,
        t.min_amount,
        t.max_amount,
        coalesce(t.payable_unit, c.payable_unit),
        coalesce(t.is_paused, false),
        t.paused_at,
        t.paused_by,
        t.paused_reason
    from ledger.currencies as c
    left join ledger.payout_terms as t
        on t.restaurant_id = p_restaurant_id and c.currency = t.currency
    where c.currency = p_currency;
$function$;

comment on function ledger.answer_terms(text, text)
is 'A restaurant''s payout terms, as they are answered to whoever wants them.';
