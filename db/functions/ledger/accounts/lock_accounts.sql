create or replace function ledger.lock_accounts(
    p_events ledger.event_fields[],
    p_now timestamptz
)
returns text[]
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_accounts(2)
 *     Locks the accounts of an array's events that are not in the book yet, in key order. Where one
 *     is missing they are locked one by one, and it is opened in its place if an event may do that.
 * Parameters:
 *     p_events  - the events as ledger.read_events gives them
 *     p_now     - the clock
 * Returns:
 *     restaurant and currency, parted by a blank, of accounts that are missing and that no event
 *     may open. Another session may: who locked them later would do so out of turn
 * Calls:  ledger.lock_account, ledger.open_account
 * Reads:  ledger.processor_events, ledger.posting_rules, ledger.event_types, ledger.currencies
 * Locks:  ledger.restaurants of missing accounts, then ledger.account_balances; see
 *         ledger.post_event
 */
declare
    v_restaurant_ids text[];
    v_currencies text[];
    v_may_open boolean[];
    v_are_there boolean;
    v_missing text[] := array[]::text[];
begin
    select
        array_agg(k.restaurant_id order by k.restaurant_id, k.currency),
        array_agg(k.currency order by k.restaurant_id, k.currency),
        array_agg(k.may_open order by k.restaurant_id, k.currency),
        bool_and(
            exists (
                select
                from ledger.account_balances as b
                where b.restaurant_id = k.restaurant_id and b.currency = k.currency
            )
        )
    into v_restaurant_ids, v_currencies, v_may_open, v_are_there
    from (
        select
            e.restaurant_id,
            e.currency,
            bool_or(
                e.turn = 1
                and c.currency is not null
                and t.event_type is not null
                and e.provider <> 'operator'
                and (
                    t.is_subject_optional or t.subject is null
                    or num_nonnulls(e.refund_id, e.dispute_id) > 0
                )
                and (e.fee = 0 or r.fee_entry is not null)
            ) as may_open
        from (
            select
                i.*,
                row_number() over (partition by i.provider, i.event_id order by i.item_no) as turn
            from unnest(p_events) with ordinality as i (
                provider, event_id, event_type, restaurant_id, currency, amount, fee, occurred_at,
                available_on, payment_id, refund_id, dispute_id, item_no
            )
            where i.event_id is not null
        ) as e
        left join ledger.posting_rules as r
            on e.event_type = r.event_type and r.subject_state = 'NEW'
        left join ledger.event_types as t
            on e.event_type = t.event_type
            and t.origin = 'processor'
            and (r.event_type is not null or t.first_type is not null)
        left join ledger.currencies as c on e.currency = c.currency
        where not exists (
            select
            from ledger.processor_events as k
            where k.provider = e.provider and k.event_id = e.event_id
        )
        group by e.restaurant_id, e.currency
    ) as k;

    if v_are_there then
        perform
        from unnest(v_restaurant_ids, v_currencies) as k (restaurant_id, currency)
        inner join ledger.account_balances as b
            on k.restaurant_id = b.restaurant_id and k.currency = b.currency
        order by b.restaurant_id, b.currency
        for no key update of b;
        return v_missing;
    end if;
    perform
    from ledger.restaurants as r
    where r.restaurant_id in (
        select k.restaurant_id
        from unnest(v_restaurant_ids, v_currencies) as k (restaurant_id, currency)
        where not exists (
            select
            from ledger.account_balances as b
            where b.restaurant_id = k.restaurant_id and b.currency = k.currency
        )
    )
    order by r.restaurant_id
    for no key update;
    for v_no in 1..coalesce(cardinality(v_restaurant_ids), 0) loop
        continue when ledger.lock_account(v_restaurant_ids[v_no], v_currencies[v_no]);
        if v_may_open[v_no] then
            perform ledger.open_account(v_restaurant_ids[v_no], v_currencies[v_no], p_now);
            continue when ledger.lock_account(v_restaurant_ids[v_no], v_currencies[v_no]);
        end if;
        v_missing
        := array_append(v_missing, concat_ws(' ', v_restaurant_ids[v_no], v_currencies[v_no]));
    end loop;
    return v_missing;
end;
$function$;

comment on function ledger.lock_accounts(ledger.event_fields[], timestamptz)
is 'Locks the accounts of an array''s events in key order; opens those that are missing.';
