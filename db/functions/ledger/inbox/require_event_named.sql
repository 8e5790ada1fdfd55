create or replace function ledger.require_event_named(p_event_id text, p_provider text)
returns void
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_event_named(2)
 *     Checks that a call names an event.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_provider  - the processor
 * Raises:
 *     LBARG  an argument is missing
 */
begin
    if p_event_id is null or p_provider is null then
        raise exception '% is missing',
            case when p_event_id is null then 'event_id' else 'provider' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument='
                    || case when p_event_id is null then 'event_id' else 'provider' end;
    end if;
end;
$function$;

comment on function ledger.require_event_named(text, text)
is 'Checks that a call names an event.';
