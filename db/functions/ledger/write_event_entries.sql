create or replace function ledger.write_event_entries(
    p_account ledger.account_balances,
    p_rule ledger.posting_rules,
    p_event ledger.event_input,
    p_event_no bigint,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_event_entries(5)
 *     Writes the entries of an event whose id the caller has claimed, and moves the payout that the
 *     event is about.
 * Parameters:
 *     p_account   - the account, locked by the caller
 *     p_rule      - what the event posts
 *     p_event     - the event
 *     p_event_no  - its number in ledger.processor_events
 *     p_now       - the clock
 * Calls:  ledger.business_day
 * Reads:  ledger.restaurants
 * Writes: ledger.ledger_entries (whose trigger moves ledger.account_balances), ledger.payouts
 */
declare
    v_restaurant ledger.restaurants;
    v_business_day date;
    v_available_on date;
    v_amount bigint;
    v_amounts bigint [];
    v_entry_types text [];
    v_balances bigint [];
    v_reserveds bigint [];
begin
    select r.*
    into v_restaurant
    from ledger.restaurants as r
    where r.restaurant_id = p_account.restaurant_id;

    v_business_day := ledger.business_day(
        p_event.occurred_at, v_restaurant.timezone, v_restaurant.day_close_hour
    );
    v_available_on := v_business_day
        + case when p_rule.is_delayed then v_restaurant.settlement_delay_days else 0 end;

    for v_entry_no in 1 .. cardinality(p_rule.entry_types) loop
        v_amount := case p_rule.amount_fields[v_entry_no]
            when 'fee' then p_event.fee
            else p_event.amount
        end;
        continue when v_amount = 0;
        p_account.balance := p_account.balance + p_rule.balance_effects[v_entry_no] * v_amount;
        p_account.reserved := p_account.reserved + p_rule.reserved_effects[v_entry_no] * v_amount;
        v_entry_types := v_entry_types || p_rule.entry_types[v_entry_no];
        v_amounts := v_amounts || v_amount;
        v_balances := v_balances || p_account.balance;
        v_reserveds := v_reserveds || p_account.reserved;
    end loop;

    insert into ledger.ledger_entries (
        entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
        business_day, available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
    )
    select
        p_account.last_entry_seq + e.entry_no,
        e.amount,
        e.balance_after,
        e.reserved_after,
        p_event_no,
        p_event.occurred_at,
        greatest(p_now, p_account.last_entry_at),
        v_business_day,
        v_available_on,
        greatest(v_available_on, p_account.closed_through + 1),
        p_account.restaurant_id,
        p_account.currency,
        e.entry_type,
        p_event.payout_id
    from unnest(v_entry_types, v_amounts, v_balances, v_reserveds)
    with ordinality as e (entry_type, amount, balance_after, reserved_after, entry_no);

    if p_event.payout_status is not null then
        update ledger.payouts as p
        set
            status = p_event.payout_status,
            paid_at = case
                when p_event.payout_status = 'PAID' then p_event.occurred_at else p.paid_at
            end,
            failed_at = case when p_event.payout_status = 'FAILED' then p_event.occurred_at end,
            failure_reason = case
                when p_event.payout_status = 'FAILED'
                    then left(p_event.payload -> 'metadata' ->> 'failure_reason', 500)
            end
        where p.restaurant_id = p_account.restaurant_id
            and p.payout_id = p_event.payout_id;
    end if;
end;
$function$;

comment on function ledger.write_event_entries(
    ledger.account_balances, ledger.posting_rules, ledger.event_input, bigint, timestamptz
)
is 'Writes the entries of an event and moves the payout that it is about.';
