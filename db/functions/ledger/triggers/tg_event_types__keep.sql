create or replace function ledger.tg_event_types__keep()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_event_types__keep(0)
 *     Keeps an event type that is in the book: its events would be about nothing.
 * Raises:
 *     LCUSE  the type is in use
 * Reads:  ledger.processor_events
 */
begin
    if exists (
        select
        from ledger.processor_events as e
        where e.event_type = old.event_type
    ) then
        raise exception 'events are of type %: it never goes', old.event_type
            using errcode = 'LCUSE', constraint = 'REFERENCE_IN_USE',
                detail = format('event_type=%s', old.event_type);
    end if;
    return old;
end;
$function$;

comment on function ledger.tg_event_types__keep()
is 'Keeps an event type that is in the book.';
