create or replace function ledger.convert_amount(
    p_amount numeric,
    p_numerator numeric,
    p_denominator numeric
)
returns numeric
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.convert_amount(3)
 *     An amount times a fraction, rounded to a whole number, half away from zero: exactly, as
 *     nothing is rounded before. For reports only.
 * Parameters:
 *     p_amount                      - in minor units
 *     p_numerator, p_denominator    - the rate as a fraction, times what the exponents of the two
 *                                     currencies differ by; null: there is no rate
 * Returns:
 *     the amount; null if anything is null
 */
    select sign(p_amount) * div(
        2 * abs(p_amount) * p_numerator + p_denominator, 2 * p_denominator
    );
$function$;

comment on function ledger.convert_amount(numeric, numeric, numeric)
is 'An amount times a fraction, rounded half away from zero, for reports.';
