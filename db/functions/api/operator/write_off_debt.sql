create or replace function api.write_off_debt(
    p_restaurant_id text,
    p_currency text,
    p_amount bigint,
    p_reason text,
    p_reference text,
    p_actor text default null
)
returns ledger.event_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.write_off_debt(6)
 *     Gives up what a restaurant owes, or a part of it: at most what is not available to it.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_amount         - minor units
 *     p_reason         - why, 1 to 500 characters; shown wherever the event is
 *     p_reference      - the caller's own id of this, once for ever: a repeat posts nothing
 *     p_actor          - who does it; null: the login
 * Returns:
 *     one row, as api.ingest_event
 * Raises:
 *     LBARG  the reference or the reason is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LXRUL  a rule has vanished
 * Calls:  ledger.post_operator_event
 * Locks:  the account, then the event id; see ledger.post_event
 */
begin
    return ledger.post_operator_event(
        jsonb_build_object(
            'event_id', p_reference, 'event_type', 'debt_written_off', 'restaurant_id',
            p_restaurant_id, 'currency', p_currency, 'amount', p_amount, 'reason', p_reason,
            'actor', p_actor
        ),
        clock_timestamp()
    );
end;
$function$;

comment on function api.write_off_debt(
    text, text, bigint, text, text, text
)
is 'Gives up what a restaurant owes, or a part of it.';
