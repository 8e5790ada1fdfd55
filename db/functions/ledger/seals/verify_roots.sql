create or replace function ledger.verify_roots(p_from bigint, p_to bigint)
returns table (
    seal_no bigint,
    finding text
)
language sql
stable
as $function$
/*
 * Function: ledger.verify_roots(2)
 *     Compares some seals with their batches and with each other.
 * Parameters:
 *     p_from  - of this seal
 *     p_to    - to this one
 * Returns:
 *     a row for each that is wrong
 * Calls:  ledger.write_seal_line, ledger.hash_heads
 * Reads:  ledger.seals, ledger.account_seals, ledger.journal_seals
 */
with batch as (
    select
        a.seal_no,
        sum(a.entry_count) as entries,
        sum(a.event_count) as events
    from ledger.account_seals as a
    where a.seal_no between p_from and p_to
    group by a.seal_no
)

select
    n.seal_no,
    f.finding
from generate_series(p_from, p_to) as n (seal_no)
left join ledger.seals as s on n.seal_no = s.seal_no
left join ledger.seals as p on n.seal_no - 1 = p.seal_no
left join batch as b on n.seal_no = b.seal_no
cross join lateral (
    select 'the seal is missing' as finding
    where s.seal_no is null
    union all
    select 'the root is not that of the seal''s text'
    where s.root <> sha256(convert_to(ledger.write_seal_line(s), 'UTF8'))
    union all
    select 'the seal does not follow from the one before it'
    where s.seal_no is not null
        and (s.previous_root, s.seal_no - 1) is distinct from (p.root, coalesce(p.seal_no, 0))
    union all
    select 'the seal''s batches hold another number of rows than it says: one is missing'
    where (s.entry_count - coalesce(p.entry_count, 0), s.event_count - coalesce(p.event_count, 0))
        <> (coalesce(b.entries, 0), coalesce(b.events, 0))
) as f
union all
select
    s.seal_no,
    'the heads of accounts and journals are not those that were sealed: a batch is missing or '
    'not as it was written'
from ledger.seals as s
inner join ledger.hash_heads(p_to) as h
    on (s.heads, s.account_count) is distinct from (h.heads, h.account_count)
where s.seal_no = p_to
union all
select
    x.seal_no,
    'batches of a seal that is not there'
from (
    select a.seal_no from ledger.account_seals as a
    union
    select j.seal_no from ledger.journal_seals as j
) as x
where not exists (select from ledger.seals as s where s.seal_no = x.seal_no)
    and (x.seal_no < p_from or x.seal_no > p_to)
$function$;

comment on function ledger.verify_roots(bigint, bigint)
is 'Compares some seals with their batches and with each other.';
