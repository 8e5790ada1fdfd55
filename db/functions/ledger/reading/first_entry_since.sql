create or replace function ledger.first_entry_since(
    p_restaurant_id text,
    p_currency text,
    p_at timestamptz
)
returns bigint
language plpgsql
stable
as $function$
/*
 * Function: ledger.first_entry_since(3)
 *     The number of the first entry of an account that was recorded at a moment or later. Numbers
 *     are dense and moments never decrease, so halving finds it in some twenty look-ups, and no
 *     index of its own is needed.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_at             - the moment; null: none is asked for
 * Returns:
 *     its number; one more than the last if there is none; null if p_at is null
 * Reads:  ledger.account_balances, ledger.ledger_entries
 * Locks:  none
 */
declare
    v_low bigint := 1;
    v_high bigint;
    v_middle bigint;
    v_recorded_at timestamptz;
begin
    if p_at is null then
        return null;
    end if;

    select b.last_entry_seq + 1
    into v_high
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency;

    while v_low < v_high loop
        v_middle := (v_low + v_high) / 2;
        select e.recorded_at
        into v_recorded_at
        from ledger.ledger_entries as e
        where e.restaurant_id = p_restaurant_id
            and e.currency = p_currency
            and e.entry_seq >= v_middle
        order by e.entry_seq
        limit 1;
        if v_recorded_at < p_at then
            v_low := v_middle + 1;
        else
            v_high := v_middle;
        end if;
    end loop;
    return v_low;
end;
$function$;

comment on function ledger.first_entry_since(text, text, timestamptz)
is 'The number of an account''s first entry recorded at a moment or later.';
