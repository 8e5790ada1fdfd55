create or replace function ledger.list_settings(p_restaurant ledger.restaurants)
returns jsonb
language sql
immutable
as $function$
/*
 * Function: ledger.list_settings(1)
 *     The settings of a restaurant under the names that the functions of schema api give them.
 * Parameters:
 *     p_restaurant  - its row
 * Returns:
 *     an object
 */
    select jsonb_build_object(
        'timezone', p_restaurant.timezone,
        'day_close_hour', p_restaurant.day_close_hour,
        'settlement_delay_days', p_restaurant.settlement_delay_days,
        'payouts_paused', p_restaurant.is_payouts_paused,
        'closed', p_restaurant.closed_at is not null
    );
$function$;

comment on function ledger.list_settings(ledger.restaurants)
is 'The settings of a restaurant, by name.';
