create or replace function api.post_adjustment(
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
 * Function: api.post_adjustment(6)
 *     Gives a restaurant money of the platform, or takes some: a correction by a person.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_amount         - minor units; positive gives, negative takes
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
            'event_id', p_reference,
            'event_type',
            case when p_amount < 0 then 'adjustment_debited' else 'adjustment_credited' end,
            'restaurant_id', p_restaurant_id, 'currency', p_currency,
            'amount', abs(p_amount::numeric), 'reason', p_reason, 'actor', p_actor
        ),
        clock_timestamp()
    );
end;
$function$;

comment on function api.post_adjustment(
    text, text, bigint, text, text, text
)
is 'Gives a restaurant money of the platform, or takes some.';
