create or replace function ledger.list_heads(p_seal_no bigint)
returns table (
    head_no bigint,
    restaurant_id text,
    line text
)
language sql
stable
as $function$
/*
 * Function: ledger.list_heads(1)
 *     The heads at a seal: the last batch of each account and journal, up to it. They are the
 *     leaves of the seal's Merkle tree.
 * Parameters:
 *     p_seal_no  - the seal
 * Returns:
 *     a line each, numbered: the accounts by restaurant and currency, then the journals, by bytes;
 *     restaurant_id is null for a journal
 * Calls:  ledger.list_journals
 * Reads:  ledger.account_seals, ledger.journal_seals
 */
-- From account to account along the index, however many batches each of them has.
with recursive account as (
    (
        select
            s.restaurant_id,
            s.currency
        from ledger.account_seals as s
        order by s.restaurant_id, s.currency
        limit 1
    )
    union all
    select
        n.restaurant_id,
        n.currency
    from account as a
    cross join lateral (
        select
            s.restaurant_id,
            s.currency
        from ledger.account_seals as s
        where (s.restaurant_id, s.currency) > (a.restaurant_id, a.currency)
        order by s.restaurant_id, s.currency
        limit 1
    ) as n
)

select
    row_number() over (order by h.restaurant_id nulls last, h.name),
    h.restaurant_id,
    h.line
from (
    select
        a.restaurant_id,
        a.currency as name,
        json_build_array('account', a.restaurant_id, a.currency, encode(b.hash, 'hex'))::text
        as line
    from account as a
    cross join lateral (
        select s.hash
        from ledger.account_seals as s
        where s.restaurant_id = a.restaurant_id
            and s.currency = a.currency
            and s.seal_no <= p_seal_no
        order by s.seal_no desc
        limit 1
    ) as b
    union all
    select
        null::text collate "C",
        j.journal collate "C",
        json_build_array('journal', j.journal, encode(b.hash, 'hex'))::text
    from unnest(ledger.list_journals()) as j (journal)
    cross join lateral (
        select s.hash
        from ledger.journal_seals as s
        where s.journal = j.journal
            and s.seal_no <= p_seal_no
        order by s.seal_no desc
        limit 1
    ) as b
) as h
$function$;

comment on function ledger.list_heads(bigint)
is 'The heads at a seal: the last batch of each account and journal, up to it.';
