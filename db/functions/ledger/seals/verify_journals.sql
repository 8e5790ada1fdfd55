create or replace function ledger.verify_journals(p_from bigint, p_to bigint)
returns table (
    seal_no bigint,
    restaurant_id text,
    reference text,
    finding text
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.verify_journals(2)
 *     Compares the journals' rows with their batches of some seals.
 * Parameters:
 *     p_from  - of this seal
 *     p_to    - to this one
 * Returns:
 *     for each broken batch the first row that is not as it was sealed; reference is the journal
 *     and its number
 * Calls:  ledger.digest_journal, ledger.write_journal_line, ledger.list_journal_lines
 * Reads:  ledger.journal_seals
 */
declare
    r_broken ledger.journal_seals;
begin
    for r_broken in
        select s.*
        from ledger.journal_seals as s
        left join lateral (
            select p.hash
            from ledger.journal_seals as p
            where p.journal = s.journal
                and p.seal_no < s.seal_no
            order by p.seal_no desc
            limit 1
        ) as p on true
        cross join lateral ledger.digest_journal(s.journal, s.numbers) as d
        where s.seal_no between p_from and p_to
            and s.hash is distinct from sha256(
                convert_to(ledger.write_journal_line(s, p.hash), 'UTF8') || d.digests
            )
        order by s.seal_no, s.journal
    loop
        seal_no := r_broken.seal_no;
        select
            coalesce(l.restaurant_id, ''),
            format('%s %s', r_broken.journal, journal_no),
            case
                when l.line is null then 'the row is missing: it was sealed and removed or moved'
                when l.copy_no > 1 then 'the row was inserted after it was sealed'
                else 'the row is not as it was sealed'
            end
        into restaurant_id, reference, finding
        from (
            select
                g.journal_no,
                1::bigint as copy_no,
                substring(
                    r_broken.marks
                    from (4 * row_number() over (order by g.journal_no) - 3)::integer for 4
                ) as mark
            from unnest(r_broken.numbers) as u (numbers)
            cross join lateral generate_series(
                lower(u.numbers), upper(u.numbers) - 1
            ) as g (journal_no)
        ) as m
        full join (
            select
                i.journal_no,
                i.restaurant_id,
                i.line,
                row_number() over (
                    partition by i.journal_no order by i.restaurant_id collate "C"
                ) as copy_no
            from ledger.list_journal_lines(r_broken.journal, r_broken.numbers) as i
        ) as l using (journal_no, copy_no)
        where m.mark is distinct from substring(sha256(convert_to(l.line, 'UTF8')) for 4)
        order by journal_no, copy_no
        limit 1;
        if not found then
            restaurant_id := '';
            reference := r_broken.journal;
            finding := 'the batch of the seal is not as it was written, or a batch before it';
        end if;
        return next;
    end loop;
end;
$function$;

comment on function ledger.verify_journals(bigint, bigint)
is 'Compares the journals'' rows with their batches of some seals.';
