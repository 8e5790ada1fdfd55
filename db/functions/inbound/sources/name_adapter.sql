create or replace function inbound.name_adapter(p_source text, p_scheme text, p_settings jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.name_adapter(3)
 *     Which adapter reads a source's documents: the one of its settings, else the one that is named
 *     like its scheme, or like itself.
 * Parameters:
 *     p_source    - its name
 *     p_scheme    - its scheme
 *     p_settings  - its settings
 * Returns:
 *     stripe, adyen, mercadopago, or none: it sends events of ours
 */
    select coalesce(
        p_settings ->> 'adapter',
        (
            select a.adapter
            from unnest(array[p_scheme, p_source]) with ordinality as a (adapter, rank)
            where a.adapter in ('stripe', 'adyen', 'mercadopago')
            order by a.rank
            limit 1
        ),
        'none'
    );
$function$;

comment on function inbound.name_adapter(text, text, jsonb)
is 'Which adapter reads a source''s documents.';
