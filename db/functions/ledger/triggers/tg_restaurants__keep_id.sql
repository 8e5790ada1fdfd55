create or replace function ledger.tg_restaurants__keep_id()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_restaurants__keep_id(0)
 *     Keeps a restaurant's id, and when it was registered.
 * Raises:
 *     LCAPP  they would change
 */
begin
    if (new.restaurant_id, new.created_at) is distinct from (old.restaurant_id, old.created_at) then
        raise exception 'the id of restaurant % never changes', old.restaurant_id
            using errcode = 'LCAPP', constraint = 'APPEND_ONLY',
                detail = format('restaurant_id=%s', old.restaurant_id);
    end if;
    return new;
end;
$function$;

comment on function ledger.tg_restaurants__keep_id()
is 'Keeps a restaurant''s id.';
