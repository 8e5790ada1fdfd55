create or replace function inbound.write_results(
    p_readings inbound.reading[],
    p_answers jsonb
)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.write_results(2)
 *     What became of each thing that a webhook tells, as its sender and people see it.
 * Parameters:
 *     p_readings, p_answers  - as inbound.post_readings gives them
 * Returns:
 *     an array of objects, one a reading, in order
 */
    select coalesce(
        jsonb_agg(
            jsonb_strip_nulls(
                jsonb_build_object(
                    'outcome', r.outcome,
                    'kind', r.kind,
                    'event_id', p_answers #> array[r.item_no::text, 'event_id'],
                    'status', p_answers #> array[r.item_no::text, 'status'],
                    'code', coalesce(p_answers #>> array[r.item_no::text, 'code'], r.code),
                    'message', coalesce(p_answers #>> array[r.item_no::text, 'message'], r.message)
                )
            )
            order by r.item_no
        ),
        '[]'
    )
    from unnest(p_readings) with ordinality as r (
        outcome, kind, event, code, field, message, item_no
    );
$function$;

comment on function inbound.write_results(inbound.reading[], jsonb)
is 'What became of each thing that a webhook tells.';
