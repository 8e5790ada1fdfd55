create or replace function ledger.find_broken_batches(p_from bigint, p_to bigint)
returns table (
    batch ledger.account_seals,
    after_seq bigint,
    after_no bigint
)
language sql
stable
as $function$
/*
 * Function: ledger.find_broken_batches(2)
 *     The accounts' batches whose hash is not that of what is in the book.
 * Parameters:
 *     p_from  - of this seal
 *     p_to    - to this one
 * Returns:
 *     a row each: the batch, and where the one before it ends; before the first one nothing may be,
 *     not even with a number below 1
 * Calls:  ledger.digest_account, ledger.write_batch_line
 * Reads:  ledger.account_seals
 */
select
    s as batch,
    b.after_seq,
    b.after_no
from ledger.account_seals as s
left join lateral (
    select
        p.entry_seq,
        p.event_no,
        p.hash
    from ledger.account_seals as p
    where p.restaurant_id = s.restaurant_id
        and p.currency = s.currency
        and p.seal_no < s.seal_no
    order by p.seal_no desc
    limit 1
) as p on true
cross join lateral (
    select
        coalesce(p.entry_seq, -9223372036854775808) as after_seq,
        coalesce(p.event_no, -9223372036854775808) as after_no
) as b
cross join lateral ledger.digest_account(
    s.restaurant_id, s.currency, b.after_seq, s.entry_seq, b.after_no, s.event_no
) as d
where s.seal_no between p_from and p_to
    and s.hash is distinct from sha256(
        convert_to(ledger.write_batch_line(s, p.hash), 'UTF8') || d.digests
    )
$function$;

comment on function ledger.find_broken_batches(bigint, bigint)
is 'The accounts'' batches whose hash is not that of what is in the book.';
