create or replace function ledger.verify_accounts(p_from bigint, p_to bigint)
returns table (
    seal_no bigint,
    restaurant_id text,
    currency text,
    reference text,
    finding text
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.verify_accounts(2)
 *     Compares the entries and events with the accounts' batches of some seals.
 * Parameters:
 *     p_from  - of this seal
 *     p_to    - to this one
 * Returns:
 *     for each broken batch the first entry or event that is not as it was sealed
 * Calls:  ledger.find_broken_batches, ledger.name_changed_entry, ledger.name_changed_event
 */
declare
    r_broken record;
begin
    for r_broken in
        select
            b.batch,
            b.after_seq,
            b.after_no
        from ledger.find_broken_batches(p_from, p_to) as b
        order by (b.batch).seal_no, (b.batch).restaurant_id, (b.batch).currency
    loop
        seal_no := (r_broken.batch).seal_no;
        restaurant_id := (r_broken.batch).restaurant_id;
        currency := (r_broken.batch).currency;
        return query
        select
            seal_no,
            restaurant_id,
            currency,
            n.reference,
            n.finding
        from ledger.name_changed_entry(r_broken.batch, r_broken.after_seq) as n
        union all
        select
            seal_no,
            restaurant_id,
            currency,
            n.reference,
            n.finding
        from ledger.name_changed_event(r_broken.batch, r_broken.after_no) as n;
        if not found then
            reference := '';
            finding := 'the batch of the seal is not as it was written, or a batch before it';
            return next;
        end if;
    end loop;
end;
$function$;

comment on function ledger.verify_accounts(bigint, bigint)
is 'Compares the entries and events with the accounts'' batches of some seals.';
