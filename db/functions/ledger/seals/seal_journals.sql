create or replace function ledger.seal_journals(p_seal_no bigint)
returns void
language sql
volatile
as $function$
/*
 * Function: ledger.seal_journals(1)
 *     Writes a batch for each journal that has grown: the rows that are committed and in no batch,
 *     whatever their numbers.
 * Parameters:
 *     p_seal_no  - the seal; this session is the only one that seals
 * Calls:  ledger.list_journals, ledger.digest_journal, ledger.write_journal_line
 * Writes: ledger.journal_seals
 * Locks:  none
 */
insert into ledger.journal_seals (seal_no, row_count, journal, numbers, hash, marks)
select
    n.seal_no, n.row_count, n.journal, n.numbers,
    sha256(
        convert_to(ledger.write_journal_line(row(n.*)::ledger.journal_seals, b.hash), 'UTF8')
        || d.digests
    ),
    d.marks
from unnest(ledger.list_journals()) as j (journal)
left join lateral (
    select s.hash
    from ledger.journal_seals as s
    where s.journal = j.journal
    order by s.seal_no desc
    limit 1
) as b on true
cross join lateral (
    select coalesce(range_agg(s.numbers), '{}') as numbers
    from ledger.journal_seals as s
    where s.journal = j.journal
) as sealed
cross join lateral ledger.digest_journal(
    j.journal, int8multirange(int8range(null, null)) - sealed.numbers
) as d
cross join lateral (
    select
        p_seal_no as seal_no,
        d.row_count,
        j.journal collate "C" as journal,
        d.numbers,
        null::bytea as hash,
        null::bytea as marks
) as n
where d.row_count > 0
on conflict do nothing
$function$;

comment on function ledger.seal_journals(bigint)
is 'Writes a batch of a seal for each journal that has grown.';
