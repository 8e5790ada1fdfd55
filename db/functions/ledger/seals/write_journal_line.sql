create or replace function ledger.write_journal_line(
    p_batch ledger.journal_seals,
    p_previous_hash bytea
)
returns text
language sql
stable
as $function$
/*
 * Function: ledger.write_journal_line(2)
 *     The line that begins a journal's batch, as ledger.write_batch_line has that of an account.
 * Parameters:
 *     p_batch          - the batch; its hash and marks do not matter
 *     p_previous_hash  - the hash of the journal's batch before; null: it is the first
 * Returns:
 *     the line
 */
select
    json_build_array(
        'journal', (p_batch).journal, (p_batch).seal_no, (p_batch).row_count,
        (p_batch).numbers::text, encode(p_previous_hash, 'hex')
    )::text
$function$;

comment on function ledger.write_journal_line(ledger.journal_seals, bytea)
is 'The line that begins a journal''s batch.';
