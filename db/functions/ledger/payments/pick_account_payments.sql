create or replace function ledger.pick_account_payments(
    p_restaurant_id text,
    p_currency text,
    p_state text,
    p_recorded_from timestamptz,
    p_recorded_to timestamptz,
    p_before bigint,
    p_limit integer
)
returns table (restaurant_id text, event_no bigint)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.pick_account_payments(7)
 *     One page of the payments of an account, the newest first, from its entries.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_state          - CHARGED: only those of which nothing was taken; null: any
 *     p_recorded_from, p_recorded_to  - recorded at the one moment or later and before the other;
 *                        null: any
 *     p_before         - the number of the event before the page; null: none
 *     p_limit          - the most rows
 * Returns:
 *     the keys of their charges, in that order
 * Calls:  ledger.first_entry_since
 * Reads:  ledger.processor_events, ledger.ledger_entries, reporting.payments
 * Locks:  none
 */
declare
    v_first constant bigint := coalesce(
        ledger.first_entry_since(p_restaurant_id, p_currency, p_recorded_from), 1
    );
    v_end bigint := coalesce(
        ledger.first_entry_since(p_restaurant_id, p_currency, p_recorded_to), 9223372036854775807
    );
begin
    if p_before is not null then
        select least(v_end, e.first_entry_seq)
        into v_end
        from ledger.processor_events as e
        where e.restaurant_id = p_restaurant_id
            and e.event_no = p_before
            and e.currency = p_currency;
    end if;
    return query
    select e.restaurant_id, e.event_no
    from ledger.ledger_entries as l
    inner join ledger.processor_events as e
        on e.restaurant_id = p_restaurant_id and l.event_no = e.event_no
    where l.restaurant_id = p_restaurant_id
        and l.currency = p_currency
        and l.entry_type = 'CHARGE'
        and l.entry_seq >= v_first
        and l.entry_seq < v_end
        and e.subject_id is not null
        and (p_state is null or p_state = (
            select p.state
            from reporting.payments as p
            where p.restaurant_id = p_restaurant_id
                and p.event_no = l.event_no
        ))
    order by l.entry_seq desc
    limit p_limit;
end;
$function$;

comment on function ledger.pick_account_payments(
    text, text, text, timestamptz, timestamptz, bigint, integer
)
is 'One page of the payments of an account, from its entries.';
