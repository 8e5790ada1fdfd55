create or replace function ledger.hash_heads(p_seal_no bigint)
returns table (
    heads bytea,
    account_count bigint
)
language sql
stable
as $function$
/*
 * Function: ledger.hash_heads(1)
 *     The Merkle root over the heads at a seal.
 * Parameters:
 *     p_seal_no  - the seal
 * Returns:
 *     one row: the root, and how many of the heads are accounts
 * Calls:  ledger.list_heads, ledger.find_merkle_root
 */
select
    ledger.find_merkle_root(
        coalesce(array_agg(convert_to(h.line, 'UTF8') order by h.head_no), '{}')
    ),
    count(h.restaurant_id)
from ledger.list_heads(p_seal_no) as h
$function$;

comment on function ledger.hash_heads(bigint)
is 'The Merkle root over the heads at a seal.';
