create or replace function ledger.draw_uuid()
returns uuid
language plpgsql
volatile
as $function$
/*
 * Function: ledger.draw_uuid(0)
 *     A random UUID. Where a proxy has the same done in each of several databases, it is drawn from
 *     what the proxy has drawn for all of them (cuenta.seed), so that they draw the same: a run has
 *     one id, a key one secret. Nobody else's setting counts.
 * Returns:
 *     a UUID of 122 random bits, or of 128 that a seed of as many gives
 */
declare
    v_seed constant text := case
        when session_user = 'cuenta_cell' then nullif(current_setting('cuenta.seed', true), '')
    end;
begin
    if v_seed is null then
        return gen_random_uuid();
    end if;
    perform set_config('cuenta.seed', encode(sha256(convert_to(v_seed, 'UTF8')), 'hex'), true);
    return left(encode(sha256(convert_to('drawn ' || v_seed, 'UTF8')), 'hex'), 32)::uuid;
end;
$function$;

comment on function ledger.draw_uuid()
is 'A random UUID, the same in every database that draws from one seed.';
