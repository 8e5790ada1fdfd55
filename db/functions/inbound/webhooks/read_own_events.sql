create or replace function inbound.read_own_events(p_document jsonb, p_provider text)
returns setof inbound.reading
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_own_events(2)
 *     What a webhook tells whose source has no adapter: an event of ours, or an array of them. A
 *     source speaks for one provider.
 * Parameters:
 *     p_document  - the document
 *     p_provider  - for which provider the source speaks
 * Returns:
 *     a row an event
 */
declare
    v_reading inbound.reading;
    v_item jsonb;
begin
    if jsonb_typeof(p_document) = 'array' then
        if jsonb_array_length(p_document) > 10000 then
            v_reading.outcome := 'refused';
            v_reading.code := 'EVENTS_TOO_MANY';
            v_reading.message := 'a webhook has at most 10,000 events';
            return next v_reading;
            return;
        end if;
    else
        p_document := jsonb_build_array(p_document);
    end if;
    for v_item in
        select a.document
        from jsonb_array_elements(p_document) with ordinality as a (document, item_no)
        order by a.item_no
    loop
        v_reading := null;
        v_reading.outcome := 'refused';
        if jsonb_typeof(v_item -> 'event_type') = 'string' then
            v_reading.kind := left(v_item ->> 'event_type', 128);
        end if;
        if jsonb_typeof(v_item) <> 'object' then
            v_reading.code := 'EVENT_NOT_OBJECT';
            v_reading.message := 'an event is a JSON object';
        elsif jsonb_typeof(v_item -> 'provider') = 'string'
            and v_item ->> 'provider' <> p_provider then
            v_reading.code := 'PROVIDER_NOT_OF_SOURCE';
            v_reading.field := 'provider';
            v_reading.message := 'the source speaks for the provider ' || p_provider;
        else
            v_reading.outcome := 'event';
            -- Null stands for none; what is no text at all is refused with the event.
            v_reading.event := v_item || case
                when coalesce(jsonb_typeof(v_item -> 'provider'), 'null') = 'null'
                    then jsonb_build_object('provider', p_provider)
                else '{}'
            end;
        end if;
        return next v_reading;
    end loop;
end;
$function$;

comment on function inbound.read_own_events(jsonb, text)
is 'What a webhook tells whose source has no adapter.';
