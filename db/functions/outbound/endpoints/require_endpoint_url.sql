create or replace function outbound.require_endpoint_url(p_url text, p_allows_http boolean)
returns text
language plpgsql
immutable
as $function$
/*
 * Function: outbound.require_endpoint_url(2)
 *     Checks where webhooks are to be sent. To which address its name leads is looked at when one
 *     is sent, each time.
 * Parameters:
 *     p_url          - https://host[:port][/path][?query], in ASCII, at most 2,000 characters;
 *                      no user, no password, no fragment
 *     p_allows_http  - whether http will do
 * Returns:
 *     p_url
 * Raises:
 *     LBARG  it is missing
 *     LUURL  it is none of these
 */
declare
    v_parts text[] := regexp_match(
        p_url,
        '^(https?)://'
        '([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[[][0-9A-Fa-f:.]{2,45}[]])'
        '(:([0-9]{1,5}))?([/?][A-Za-z0-9/?:@!$&''()*+,;=._~%-]*)?$'
    );
begin
    if p_url is null then
        raise exception 'url is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=url';
    elsif v_parts is null
        or length(p_url) > 2000
        or v_parts[5]::integer not between 1 and 65535
        or (v_parts[1] = 'http' and not p_allows_http)
    then
        raise exception 'url must be https://host[:port][/path][?query]'
            using errcode = 'LUURL', constraint = 'ENDPOINT_URL_INVALID',
                detail = 'field=url',
                hint = 'http wants the setting allow_http; no user, fragment or blank.';
    end if;
    return p_url;
end;
$function$;

comment on function outbound.require_endpoint_url(text, boolean)
is 'Checks where webhooks are to be sent.';
