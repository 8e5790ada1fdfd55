create or replace function ledger.derive_payout_id(
    p_restaurant_id text,
    p_currency text,
    p_as_of date
)
returns text
language sql
stable
parallel safe
as $function$
/*
 * Function: ledger.derive_payout_id(3)
 *     The id of the one payout that a restaurant can have for a day in a currency. It depends on
 *     nothing else, so that a database that was restored to before a run makes the same ids when it
 *     runs again, and the bank sees one payout.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_as_of          - the last settlement day that is paid
 * Returns:
 *     po_ and 32 hexadecimal digits
 */
    -- No restaurant's id has a bar in it.
    select 'po_' || pg_catalog.left(
        pg_catalog.encode(
            pg_catalog.sha256(
                pg_catalog.convert_to(
                    p_restaurant_id || '|' || p_currency || '|'
                    || pg_catalog.to_char(p_as_of::timestamp, 'YYYY-MM-DD'),
                    'UTF8'
                )
            ),
            'hex'
        ),
        32
    );
$function$;

comment on function ledger.derive_payout_id(text, text, date)
is 'The id of the payout of a restaurant for a day in a currency.';
