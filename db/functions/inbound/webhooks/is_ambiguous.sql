create or replace function inbound.is_ambiguous(p_document json)
returns boolean
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_ambiguous(1)
 *     Whether an object of a document has a member twice, of which jsonb would keep the last; or
 *     whether it is nested so deeply that nobody looks.
 * Parameters:
 *     p_document  - the text as it was sent
 * Returns:
 *     true or false
 */
    with recursive nested as (
        select
            0 as depth,
            p_document as value
        union all
        select
            n.depth + 1,
            i.value
        from nested as n
        cross join lateral (
            select o.value
            from json_each(case when json_typeof(n.value) = 'object' then n.value end) as o
            union all
            select a.value
            from json_array_elements(
                case when json_typeof(n.value) = 'array' then n.value end
            ) as a (value)
        ) as i
        where n.depth <= 100 and json_typeof(i.value) in ('object', 'array')
    )

    select coalesce(
        bool_or(
            n.depth > 100
            or (
                select count(*) > count(distinct k.name collate "C")
                from json_object_keys(
                    case when json_typeof(n.value) = 'object' then n.value else '{}' end
                ) as k (name)
            )
        ),
        false
    )
    from nested as n;
$function$;

comment on function inbound.is_ambiguous(json)
is 'Whether an object of a document has a member twice, or is nested too deeply.';
