create or replace function api.seal_ledger(p_actor text default session_user)
returns table (
    seal_no bigint,
    sealed_at timestamptz,
    sealed_by text,
    account_count bigint,
    entry_count bigint,
    event_count bigint,
    root text,
    previous_root text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.seal_ledger(1)
 *     Seals the book: everything that is committed now and was not sealed before, open days
 *     included. Whoever keeps the root elsewhere can prove later that nothing sealed was changed,
 *     by whomever; see verify_seals. Nobody who writes the book waits for it.
 * Parameters:
 *     p_actor  - who does it; by default the login
 * Returns:
 *     one row: the seal; the counts are of everything sealed so far, the roots in hexadecimal
 * Raises:
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor, ledger.write_seal
 * Locks:  ledger.seals against other seals
 */
declare
    v_seal ledger.seals;
begin
    v_seal := ledger.write_seal(ledger.require_actor(p_actor), null, clock_timestamp());
    return query
    select
        v_seal.seal_no, v_seal.sealed_at, v_seal.sealed_by, v_seal.account_count,
        v_seal.entry_count, v_seal.event_count, encode(v_seal.root, 'hex'),
        encode(v_seal.previous_root, 'hex');
end;
$function$;

comment on function api.seal_ledger(text)
is 'Seals the book: everything that is committed now and was not sealed before.';
