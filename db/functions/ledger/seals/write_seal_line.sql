create or replace function ledger.write_seal_line(p_seal ledger.seals)
returns text
language sql
stable
as $function$
/*
 * Function: ledger.write_seal_line(1)
 *     The text of a seal: its root is the SHA-256 of it.
 * Parameters:
 *     p_seal  - the seal; its root does not matter
 * Returns:
 *     the line
 */
select
    json_build_array(
        'seal', (p_seal).seal_no, (p_seal).sealed_at at time zone interval '0',
        (p_seal).sealed_by, (p_seal).account_count, (p_seal).entry_count, (p_seal).event_count,
        (p_seal).last_event_no, (p_seal).settled_event_no, encode((p_seal).heads, 'hex'),
        encode((p_seal).previous_root, 'hex')
    )::text
$function$;

comment on function ledger.write_seal_line(ledger.seals)
is 'The text of a seal: its root is the SHA-256 of it.';
