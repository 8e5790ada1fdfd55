create or replace function ledger.reject_unknown_timezone(p_event jsonb, p_now timestamptz)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.reject_unknown_timezone(2)
 *     Keeps an event of an array whose restaurant has a time zone that the server does not know, so
 *     that the others go on. Alone such an event is not answered (22023) and sent again.
 * Parameters:
 *     p_event  - the document; it has no fault
 *     p_now    - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.read_event, ledger.refuse_event
 */
declare
    v_decision ledger.event_decision;
begin
    v_decision.code := 'TIMEZONE_UNKNOWN';
    return ledger.refuse_event(ledger.read_event(p_event, p_now), p_event, v_decision, p_now);
end;
$function$;

comment on function ledger.reject_unknown_timezone(jsonb, timestamptz)
is 'Keeps an event whose restaurant has a time zone that the server does not know.';
