create or replace function inbound.is_payout_id(p_value jsonb)
returns boolean
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_payout_id(1)
 *     Whether a processor's reference is the id of a payout of ours.
 * Parameters:
 *     p_value  - any JSON
 * Returns:
 *     true or false, never null
 */
    select jsonb_typeof(p_value) is not distinct from 'string'
        and coalesce(p_value #>> '{}' ~ '^po_[0-9a-f]{32}$', false);
$function$;

comment on function inbound.is_payout_id(jsonb)
is 'Whether a processor''s reference is the id of a payout of ours.';
