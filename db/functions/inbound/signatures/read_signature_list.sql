create or replace function inbound.read_signature_list(
    p_header text,
    p_time_name text,
    out made_at text,
    out signatures bytea[]
)
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_signature_list(2)
 *     Reads a header as Stripe and Mercado Pago write it: t=1700000000,v1=<hex>,v1=<hex>. Versions
 *     that are not known are passed over; v0 is Stripe's of test events.
 * Parameters:
 *     p_header     - the header
 *     p_time_name  - what it calls the time: t or ts
 * Returns:
 *     the time as it is written, and the signatures; null if it is not such a header: a part that
 *     is no name with a value, no time, or several
 */
    select
        case
            when bool_and(i.part ~ '^ *[a-z0-9]+=[^ =]+ *$')
                and count(*) filter (where btrim(i.part) like p_time_name || '=%') = 1
                then max(split_part(btrim(i.part), '=', 2))
                    filter (where btrim(i.part) like p_time_name || '=%')
        end,
        array_agg(
            case
                when btrim(i.part) ~ '^v1=[0-9a-f]{64}$'
                    then decode(split_part(btrim(i.part), '=', 2), 'hex')
            end
        ) filter (where btrim(i.part) ~ '^v1=[0-9a-f]{64}$')
    from string_to_table(p_header, ',') as i (part);
$function$;

comment on function inbound.read_signature_list(text, text)
is 'Reads a header as Stripe and Mercado Pago write it.';
