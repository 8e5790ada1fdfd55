create or replace function api.verify_seals(
    p_from bigint default null,
    p_to bigint default null,
    p_root text default null
)
returns table (
    seal_no bigint,
    restaurant_id text,
    currency text,
    reference text,
    finding text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.verify_seals(3)
 *     Compares the book with its seals: every sealed row that was changed, removed, inserted or
 *     moved breaks one, whoever did it and whatever was switched off. Reads what these seals hold.
 * Parameters:
 *     p_from  - of this seal; null: of the first, and rows that no seal could hold are found, too
 *     p_to    - to this one; null: the last
 *     p_root  - the root of p_to as it was kept elsewhere, in hexadecimal, whatever white space is
 *               around it: so that somebody who changed the book and sealed it anew is found, too
 * Returns:
 *     no row when all is sound; else for each account and journal and seal the first row that is
 *     not as it was sealed, and for each seal that is wrong itself a row with restaurant_id ''
 * Raises:
 *     LNSEA  there is no such seal
 * Calls:  ledger.verify_accounts, ledger.verify_journals, ledger.verify_roots,
 *         ledger.find_unsealed_rows
 * Reads:  ledger.seals
 * Locks:  none
 */
declare
    v_from constant bigint := coalesce(p_from, 1);
    v_to bigint := p_to;
    v_last bigint;
begin
    select max(s.seal_no)
    into v_last
    from ledger.seals as s;
    v_to := coalesce(p_to, v_last, 0);
    if v_from < 1 or v_to > coalesce(v_last, 0) or (v_from > v_to and v_to > 0)
        or (v_to < 1 and num_nonnulls(p_from, p_to, p_root) > 0) then
        raise exception 'there are no seals from % to %', v_from, v_to
            using errcode = 'LNSEA', constraint = 'SEAL_NOT_FOUND',
                detail = format('from=%s, to=%s, last=%s', v_from, v_to, coalesce(v_last, 0));
    end if;

    return query
    select
        s.seal_no, '', '', 'root', 'the root is not the one that was kept elsewhere'
    from ledger.seals as s
    where s.seal_no = v_to
        and encode(s.root, 'hex')
        <> lower(regexp_replace(p_root, '^[[:space:]]+|[[:space:]]+$', '', 'g'))
    union all
    select
        a.seal_no, a.restaurant_id, a.currency, a.reference, a.finding
    from ledger.verify_accounts(v_from, v_to) as a
    union all
    select
        j.seal_no, j.restaurant_id, '', j.reference, j.finding
    from ledger.verify_journals(v_from, v_to) as j
    union all
    select
        r.seal_no, '', '', 'seal', r.finding
    from ledger.verify_roots(v_from, v_to) as r;
    if p_from is null and v_to > 0 then
        return query
        select
            v_to, u.restaurant_id, u.currency, u.reference, u.finding
        from ledger.find_unsealed_rows() as u;
    end if;
end;
$function$;

comment on function api.verify_seals(bigint, bigint, text)
is 'Compares the book with its seals: no row when nothing sealed was changed.';
