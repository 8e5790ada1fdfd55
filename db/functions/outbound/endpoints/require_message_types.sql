create or replace function outbound.require_message_types(p_event_types text[])
returns text[]
language plpgsql
immutable
as $function$
/*
 * Function: outbound.require_message_types(1)
 *     Checks which types of message an endpoint wants.
 * Parameters:
 *     p_event_types  - of outbound.list_message_types, or * for all; empty: none; null: null
 * Returns:
 *     each once, sorted
 * Raises:
 *     LUMTY  one is not a type of message
 * Calls:  outbound.list_message_types
 */
declare
    v_wrong text;
begin
    if p_event_types is null then
        return null;
    end if;
    select coalesce(t.type, 'null')
    into v_wrong
    from unnest(p_event_types) as t (type)
    where (t.type = any(outbound.list_message_types() || array['*'])) is not true
    limit 1;
    if found then
        raise exception '% is not a type of message', left(v_wrong, 64)
            using errcode = 'LUMTY', constraint = 'MESSAGE_TYPE_UNKNOWN',
                detail = format('field=event_types, type=%s', left(v_wrong, 64)),
                hint = 'docs/webhooks-out.md lists them; * stands for all.';
    end if;
    return array(
        select distinct t.type collate "C"
        from unnest(p_event_types) as t (type)
        order by 1
    );
end;
$function$;

comment on function outbound.require_message_types(text[])
is 'Checks which types of message an endpoint wants.';
