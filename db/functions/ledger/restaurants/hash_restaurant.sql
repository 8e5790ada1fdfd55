create or replace function ledger.hash_restaurant(p_restaurant_id text)
returns integer
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.hash_restaurant(1)
 *     The number that says in which of several databases a restaurant lives: the first 32 bits of
 *     the MD5 of its id, the same in every version of PostgreSQL and on every machine.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 * Returns:
 *     to be masked by a power of two less one
 */
    select ('x' || pg_catalog.left(pg_catalog.md5(p_restaurant_id), 8))::bit(32)::integer;
$function$;

comment on function ledger.hash_restaurant(text)
is 'The number that says in which of several databases a restaurant lives.';
