create or replace function ledger.find_wild_number(p_document jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.find_wild_number(1)
 *     A number in a document that would be very long as text: JSON writes 131,072 digits as
 *     1e131071. The first path sorts out the many documents whose numbers are all of a usual size.
 * Parameters:
 *     p_document  - any JSON
 * Returns:
 *     where it stands, as metadata.prices[2]; null if every number has at most 20 digits before and
 *     20 after its point
 */
    with recursive member as (
        select
            '' as place,
            p_document as value
        where p_document @? 'strict $.** ? (
            @.type() == "number"
            && !((@ >= 1 && @ < 100000000000000000000) || (@ <= -1 && @ > -100000000000000000000))
        )'
        union all
        select
            left(m.place, 120) || n.step,
            n.value
        from member as m
        cross join lateral (
            select
                '.' || o.key as step,
                o.value
            from jsonb_each(case when jsonb_typeof(m.value) = 'object' then m.value end) as o
            union all
            select
                '[' || (a.item_no - 1) || ']',
                a.value
            from jsonb_array_elements(
                case when jsonb_typeof(m.value) = 'array' then m.value end
            ) with ordinality as a (value, item_no)
        ) as n
        where jsonb_typeof(n.value) in ('object', 'array', 'number')
    )

    select ltrim(left(m.place, 128), '.')
    from member as m
    where case
        when jsonb_typeof(m.value) = 'number'
            then abs(m.value::numeric) >= 100000000000000000000 or scale(m.value::numeric) > 20
    end
    limit 1;
$function$;

comment on function ledger.find_wild_number(jsonb)
is 'A number in a document that would be very long as text.';
