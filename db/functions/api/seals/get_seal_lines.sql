create or replace function api.get_seal_lines(p_seal_no bigint)
returns table (
    line text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.get_seal_lines(1)
 *     Everything that a seal holds, as the lines that were hashed: who has those of all seals can
 *     verify the book without the database. docs/seals.md has the format.
 * Parameters:
 *     p_seal_no  - the seal
 * Returns:
 *     the lines in their order: each batch with its rows, and last the seal's own text
 * Raises:
 *     LNSEA  there is no such seal
 * Calls:  ledger.write_batch_line, ledger.list_entry_lines, ledger.list_event_lines,
 *         ledger.write_journal_line, ledger.list_journal_lines, ledger.write_seal_line
 * Reads:  ledger.seals, ledger.account_seals, ledger.journal_seals
 * Locks:  none
 */
declare
    v_seal ledger.seals;
    r_batch record;
begin
    select s.*
    into v_seal
    from ledger.seals as s
    where s.seal_no = p_seal_no;
    if not found then
        raise exception 'there is no seal %', p_seal_no
            using errcode = 'LNSEA', constraint = 'SEAL_NOT_FOUND',
                detail = format('seal_no=%s', p_seal_no);
    end if;

    for r_batch in
        select
            s as batch, p.hash, p.entry_seq, p.event_no
        from ledger.account_seals as s
        left join lateral (
            select b.hash, b.entry_seq, b.event_no
            from ledger.account_seals as b
            where b.restaurant_id = s.restaurant_id
                and b.currency = s.currency
                and b.seal_no < s.seal_no
            order by b.seal_no desc
            limit 1
        ) as p on true
        where s.seal_no = p_seal_no
        order by s.restaurant_id, s.currency
    loop
        line := ledger.write_batch_line(r_batch.batch, r_batch.hash);
        return next;
        return query
        select e.line
        from ledger.list_entry_lines(
            (r_batch.batch).restaurant_id, (r_batch.batch).currency,
            coalesce(r_batch.entry_seq, -9223372036854775808), (r_batch.batch).entry_seq
        ) as e
        order by e.entry_seq;
        return query
        select e.line
        from ledger.list_event_lines(
            (r_batch.batch).restaurant_id, (r_batch.batch).currency,
            coalesce(r_batch.event_no, -9223372036854775808), (r_batch.batch).event_no
        ) as e
        order by e.event_no;
    end loop;
    for r_batch in
        select
            s as batch, p.hash
        from ledger.journal_seals as s
        left join lateral (
            select b.hash
            from ledger.journal_seals as b
            where b.journal = s.journal
                and b.seal_no < s.seal_no
            order by b.seal_no desc
            limit 1
        ) as p on true
        where s.seal_no = p_seal_no
        order by s.journal
    loop
        line := ledger.write_journal_line(r_batch.batch, r_batch.hash);
        return next;
        return query
        select j.line
        from ledger.list_journal_lines(
            (r_batch.batch).journal, (r_batch.batch).numbers
        ) as j
        order by j.journal_no, j.restaurant_id collate "C";
    end loop;
    line := ledger.write_seal_line(v_seal);
    return next;
end;
$function$;

comment on function api.get_seal_lines(bigint)
is 'Everything that a seal holds, as the lines that were hashed.';
