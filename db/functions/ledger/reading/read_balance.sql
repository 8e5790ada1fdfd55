create or replace function ledger.read_balance(
    p_restaurant_id text,
    p_currency text,
    p_at timestamptz,
    p_now timestamptz
)
returns table (
    available numeric,
    pending numeric,
    reserved bigint,
    held bigint,
    total numeric,
    last_event_at timestamptz
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_balance(4)
 *     What an account was at an earlier moment: after the last entry that was recorded by then, in
 *     the day that it was then for the restaurant, by the settings of then. The cost does not grow
 *     with the book: a day whose money had all come is one row; of a day that was still filling, or
 *     that a longer delay had begun, its own entries are looked at.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_at             - the moment; what was recorded in it is there
 *     p_now            - the clock
 * Returns:
 *     one row, as of api.get_balance; last_event_at is null if something was recorded since
 * Raises:
 *     LUMOM  the moment has not come
 * Calls:  ledger.first_entry_since, ledger.list_day_settings, ledger.business_day
 * Reads:  ledger.account_balances, ledger.ledger_entries, ledger.entry_types,
 *         ledger.processor_events, ledger.pending_days
 * Locks:  none
 */
declare
    v_seq bigint;
    v_balance bigint;
    v_today date;
begin
    if p_at > p_now then
        raise exception 'at is a moment that has not come'
            using errcode = 'LUMOM', constraint = 'AT_IN_FUTURE', detail = format('at=%s', p_at);
    end if;
    v_seq := ledger.first_entry_since(
        p_restaurant_id, p_currency, p_at + interval '1 microsecond'
    ) - 1;

    select e.balance_after, e.reserved_after, e.held_after
    into v_balance, reserved, held
    from ledger.ledger_entries as e
    where e.restaurant_id = p_restaurant_id
        and e.currency = p_currency
        and e.entry_seq = v_seq;
    select b.last_event_at
    into last_event_at
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency
        and b.last_entry_seq = v_seq;
    select ledger.business_day(p_at, k.timezone, k.day_close_hour)
    into v_today
    from ledger.list_day_settings(p_restaurant_id) as k
    where p_at >= k.since
        and p_at < k.until;

    select coalesce(sum(
        case
            when d.last_entry_seq <= v_seq then d.amount
            else (
                select sum(t.balance_effect * g.amount)
                from (
                    select e.entry_type, sum(e.amount) as amount
                    from ledger.ledger_entries as e
                    where e.restaurant_id = p_restaurant_id
                        and e.currency = p_currency
                        and e.entry_seq between coalesce(d.first_entry_seq, 1) and v_seq
                        and e.available_on = d.available_on
                        -- Days were closed up to today, and a time zone is at most two days ahead.
                        and e.settlement_day
                        between d.available_on and greatest(d.available_on, v_today + 3)
                        and (
                            e.available_on > e.business_day
                            or exists (
                                select
                                from ledger.processor_events as k
                                where k.restaurant_id = e.restaurant_id
                                    and k.event_no = e.event_no
                                    and k.occurred_at > e.recorded_at
                            )
                        )
                    group by e.entry_type
                ) as g
                inner join ledger.entry_types as t
                    on g.entry_type = t.entry_type and t.may_be_pending
            )
        end
    ), 0)
    into pending
    from ledger.pending_days as d
    where d.restaurant_id = p_restaurant_id
        and d.currency = p_currency
        -- No event is of a day that is more than a year ahead.
        and d.available_on between v_today + 1 and v_today + 370
        -- Rows that are older than the column are of a restaurant's delay alone, 60 days at most.
        and coalesce(d.first_entry_seq <= v_seq, d.available_on <= v_today + 62);

    reserved := coalesce(reserved, 0);
    held := coalesce(held, 0);
    available := coalesce(v_balance, 0) - pending;
    total := coalesce(v_balance, 0)::numeric + reserved + held;
    return next;
end;
$function$;

comment on function ledger.read_balance(text, text, timestamptz, timestamptz)
is 'What an account was at an earlier moment.';
