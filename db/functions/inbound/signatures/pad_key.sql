create or replace function inbound.pad_key(p_key bytea, p_algorithm text, p_mask integer)
returns bytea
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.pad_key(3)
 *     A key as HMAC (RFC 2104) puts it before what it hashes: filled up to a block and masked. Made
 *     once, when a secret is given: byte by byte it takes longer than the two hashes.
 * Parameters:
 *     p_key        - the key
 *     p_algorithm  - sha256, sha384 or sha512
 *     p_mask       - 54 for the inner hash, 92 for the outer one
 * Returns:
 *     the block
 * Calls:  inbound.hash_bytes
 */
declare
    v_size constant integer := case p_algorithm when 'sha256' then 64 else 128 end;
    v_block bytea := case
        when length(p_key) > v_size then inbound.hash_bytes(p_algorithm, p_key)
        else p_key
    end;
begin
    v_block := v_block || decode(repeat('00', v_size - length(v_block)), 'hex');
    for i_byte in 0 .. v_size - 1 loop
        v_block := set_byte(v_block, i_byte, get_byte(v_block, i_byte) # p_mask);
    end loop;
    return v_block;
end;
$function$;

comment on function inbound.pad_key(bytea, text, integer)
is 'A key as HMAC puts it before what it hashes.';
