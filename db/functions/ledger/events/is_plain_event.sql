create or replace function ledger.is_plain_event(p_event jsonb)
returns boolean
language sql
stable
parallel safe
as $function$
/*
 * Function: ledger.is_plain_event(1)
 *     Whether an event is one of the many that are written the usual way: upper-case currency,
 *     whole seconds, UTC, no number below 1, and of what it may name only a payment. One expression
 *     that callers have inlined; strictly narrower than ledger.find_event_fault, save for the
 *     lengths of ids and the clock: what is plain has none of its faults. The path comes first: it
 *     knows the size of every number before one becomes text. Its datetime() knows the calendar,
 *     but would take a day or month 00 and other widths.
 * Parameters:
 *     p_event  - the document
 * Returns:
 *     true; else false or null, and the event may be good all the same
 */
    select p_event @@ $path$strict
        $.event_id like_regex "^[]!#-[^-~]+$"
        && $.event_type.type() == "string"
        && $.restaurant_id like_regex "^[A-Za-z0-9][A-Za-z0-9._:-]*$"
        && $.currency like_regex "^[A-Z][A-Z][A-Z]$"
        && $.amount >= 1
        && ((exists ($.fee)) is unknown || $.fee >= 1)
        && ((exists ($.provider)) is unknown
            || $.provider like_regex "^[]!#-[^-~]+$" && $.provider != "operator")
        && ((exists ($.metadata)) is unknown || $.metadata.type() == "object")
        && ((exists ($.payment_id)) is unknown || $.payment_id like_regex "^[]!#-[^-~]+$")
        && ((exists ($.metadata.payment_id)) is unknown
            || $.metadata.payment_id like_regex "^[]!#-[^-~]+$")
        && $.occurred_at like_regex "^2([0-9T:]|-(0[1-9]|[1-9]))+Z$"
        && exists ($.occurred_at.datetime("YYYY-MM-DD\"T\"HH24:MI:SS\"Z\""))
        && !exists ($.** ? (@.type() == "number" && !(@ >= 1 && @ <= 9007199254740991)))
    $path$
    and not p_event ?| '{refund_id,dispute_id,available_on,livemode}'
    and (p_event -> 'metadata' ?| '{refund_id,dispute_id}') is not true
    and p_event ->> 'occurred_at' like '____-__-__T__:__:__Z'
    and concat(p_event -> 'amount', p_event -> 'fee') not like '%.%';
$function$;

comment on function ledger.is_plain_event(jsonb)
is 'Whether an event is written the usual way, so that a closer look is not needed.';
