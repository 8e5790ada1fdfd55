create or replace function ledger.lock_events(p_events ledger.event_input[], p_now timestamptz)
returns ledger.event_input[]
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_events(2)
 *     Takes every lock that posting an array needs, before its first event is posted, in the order
 *     that ledger.lock_account lays down: accounts by key, then event ids. Without the second, two
 *     arrays that name the same ids for different restaurants could wait for each other.
 * Parameters:
 *     p_events  - the events as read; those that are not valid, or in the book already,
 *                 lock nothing
 *     p_now     - the clock
 * Returns:
 *     the events; those whose account is missing and not theirs to open are refused already,
 *     because another session could open it, and it would then be locked out of turn
 * Calls:  ledger.lock_account, ledger.open_account, ledger.admit_event
 * Reads:  ledger.processor_events, ledger.posting_rules, ledger.currencies
 * Locks:  the accounts; advisory locks on the event ids until the end of the transaction
 */
declare
    v_account ledger.account_balances;
    v_item_no integer;
    r_account record;
begin
    for r_account in
        select
            f.restaurant_id,
            f.currency,
            bool_or(f.may_open and f.turn = 1) as may_open,
            array_agg(f.item_no) filter (where f.is_first and not f.may_open) as refused_items
        from (
            select
                n.restaurant_id,
                n.currency,
                n.item_no,
                n.may_open,
                row_number() over (
                    partition by n.provider, n.event_id order by n.item_no
                ) = 1 as is_first,
                -- Of the items with one id only the first that may post opens an account.
                row_number() over (
                    partition by n.provider, n.event_id
                    order by n.may_open desc, n.item_no
                ) as turn
            from (
                select
                    e.provider,
                    e.event_id,
                    e.restaurant_id,
                    e.currency,
                    e.ordinality as item_no,
                    r.amount_entry is not null
                    and (e.fee = 0 or r.fee_entry is not null)
                    and c.currency is not null as may_open
                from unnest(p_events) with ordinality as e
                left join ledger.posting_rules as r
                    on e.event_type = r.event_type and r.payout_status = 'NONE'
                left join ledger.currencies as c on e.currency = c.currency
                where e.code is null
                    and not exists (
                        select
                        from ledger.processor_events as k
                        where k.provider = e.provider
                            and k.event_id = e.event_id
                    )
            ) as n
        ) as f
        group by f.restaurant_id, f.currency
        order by f.restaurant_id, f.currency
    loop
        v_account := ledger.lock_account(r_account.restaurant_id, r_account.currency);
        if v_account.restaurant_id is null and r_account.may_open then
            perform ledger.open_account(r_account.restaurant_id, r_account.currency, p_now);
            perform ledger.lock_account(r_account.restaurant_id, r_account.currency);
        elsif v_account.restaurant_id is null then
            foreach v_item_no in array coalesce(r_account.refused_items, '{}') loop
                p_events[v_item_no] := ledger.admit_event(p_events[v_item_no], p_now);
            end loop;
        end if;
    end loop;

    perform pg_advisory_xact_lock(h.id_hash)
    from (
        select distinct hashtextextended(e.provider || ' ' || e.event_id, 595902) as id_hash
        from unnest(p_events) as e
        where e.code is null
        order by id_hash
    ) as h;
    return p_events;
end;
$function$;

comment on function ledger.lock_events(ledger.event_input[], timestamptz)
is 'Takes every lock that posting an array needs, in one order.';
