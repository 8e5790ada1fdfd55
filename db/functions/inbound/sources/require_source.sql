create or replace function inbound.require_source(p_source text)
returns inbound.sources
language plpgsql
stable
as $function$
/*
 * Function: inbound.require_source(1)
 *     A source of webhooks by its name.
 * Parameters:
 *     p_source  - its name
 * Returns:
 *     the source
 * Raises:
 *     LBARG  the name is missing
 *     LNWHS  there is no such source
 * Reads:  inbound.sources
 */
declare
    v_source inbound.sources;
begin
    if p_source is null then
        raise exception 'source is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=source';
    end if;
    select s.*
    into v_source
    from inbound.sources as s
    where s.source = p_source;
    if not found then
        raise exception 'there is no source of webhooks of that name'
            using errcode = 'LNWHS', constraint = 'WEBHOOK_SOURCE_NOT_FOUND',
                detail = format('source=%s', left(p_source, 64)),
                hint = 'set_webhook_source makes it.';
    end if;
    return v_source;
end;
$function$;

comment on function inbound.require_source(text)
is 'A source of webhooks by its name.';
