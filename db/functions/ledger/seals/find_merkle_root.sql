create or replace function ledger.find_merkle_root(p_leaves bytea[])
returns bytea
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: ledger.find_merkle_root(1)
 *     The root of a Merkle tree as RFC 6962 has it: a leaf is hashed after a byte 0, two nodes are
 *     after a byte 1, and who has no neighbour goes up as it is.
 * Parameters:
 *     p_leaves  - the leaves, in order
 * Returns:
 *     32 bytes; of no leaves the SHA-256 of nothing
 */
declare
    v_nodes bytea[];
begin
    if cardinality(p_leaves) = 0 then
        return sha256(''::bytea);
    end if;
    select array_agg(sha256(decode('00', 'hex') || l.leaf) order by l.leaf_no)
    into v_nodes
    from unnest(p_leaves) with ordinality as l (leaf, leaf_no);
    while cardinality(v_nodes) > 1 loop
        select
            array_agg(
                case
                    when n.neighbour is null then n.node
                    else sha256(decode('01', 'hex') || n.node || n.neighbour)
                end
                order by n.node_no
            )
        into v_nodes
        from (
            select
                u.node,
                u.node_no,
                lead(u.node) over (order by u.node_no) as neighbour
            from unnest(v_nodes) with ordinality as u (node, node_no)
        ) as n
        where n.node_no % 2 = 1;
    end loop;
    return v_nodes[1];
end;
$function$;

comment on function ledger.find_merkle_root(bytea[])
is 'The root of a Merkle tree as RFC 6962 has it.';
