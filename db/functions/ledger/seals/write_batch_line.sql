create or replace function ledger.write_batch_line(
    p_batch ledger.account_seals,
    p_previous_hash bytea
)
returns text
language sql
stable
as $function$
/*
 * Function: ledger.write_batch_line(2)
 *     The line that begins an account's batch. Its hash is the SHA-256 of this line and the digests
 *     of the lines that follow.
 * Parameters:
 *     p_batch          - the batch; its hash and marks do not matter
 *     p_previous_hash  - the hash of the account's batch before; null: it is the first
 * Returns:
 *     the line
 */
select
    json_build_array(
        'account', (p_batch).restaurant_id, (p_batch).currency, (p_batch).seal_no,
        (p_batch).entry_seq, (p_batch).event_no, (p_batch).entry_count, (p_batch).event_count,
        encode(p_previous_hash, 'hex')
    )::text
$function$;

comment on function ledger.write_batch_line(ledger.account_seals, bytea)
is 'The line that begins an account''s batch.';
