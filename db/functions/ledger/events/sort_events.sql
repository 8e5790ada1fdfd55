create or replace function ledger.sort_events(
    p_events ledger.event_fields[],
    p_timezones text[],
    p_now timestamptz
)
returns table (
    item_no bigint, provider text, event_id text, event_type text, restaurant_id text,
    currency text, amount bigint, fee bigint, occurred_at timestamptz, amount_entry text,
    fee_entry text, entries integer, first_entry_seq bigint, change bigint, fee_change bigint,
    balance bigint, reserved bigint, held bigint, recorded_at timestamptz, business_day date,
    available_on date, closed_through date, is_pending boolean, subject_id text
)
language sql
stable
as $function$
/*
 * Function: ledger.sort_events(3)
 *     Which of an array's events need no decision, with what they post: their numbers and running
 *     balances. An account is ordinary if each of its items is: new and with a rule for that; or
 *     one that changes nothing whenever it is looked at, being not valid, in the book, refused
 *     whatever the book says, or the same id again. In plain SQL, so that PostgreSQL puts the body
 *     in place of the call.
 * Parameters:
 *     p_events     - the events as ledger.read_events gives them; their accounts are locked
 *     p_timezones  - the time zones of their restaurants, as far as the server knows them
 *     p_now        - the clock
 * Returns:
 *     a row an event that can be written; amounts in minor units
 * Calls:  ledger.business_day
 * Reads:  ledger.processor_events, ledger.deferred_events, ledger.posting_rules,
 *         ledger.event_types, ledger.account_balances
 */
    with item as (
        select
            e.*,
            r.amount_entry,
            r.fee_entry,
            r.amount_balance_effect * e.amount as amount_change,
            coalesce(r.fee_balance_effect * e.fee, 0) as fee_change,
            case when e.fee = 0 then 1 else 2 end as entries,
            b.balance,
            b.reserved,
            b.held,
            b.last_entry_seq,
            greatest(b.last_entry_at, p_now) as recorded_at,
            b.closed_through,
            case
                when b.timezone = any(p_timezones)
                    then ledger.business_day(e.occurred_at, b.timezone, b.day_close_hour)
            end as business_day,
            case
                when not r.is_delayed then 0
                when e.available_on is null then b.settlement_delay_days
            end as delay,
            r.may_be_pending,
            row_number() over i as turn,
            first_value(e.restaurant_id) over i = e.restaurant_id
            and first_value(e.currency) over i = e.currency
            and first_value(r.event_type is not null) over i as follows_its_own,
            r.event_type is null and t.subject is null as is_refused,
            case r.decided
                when 'never'
                    then e.payment_id is null
                    or (
                        min(e.event_id) over p = max(e.event_id) over p
                        and not exists (
                            select
                            from ledger.processor_events as k
                            where k.subject_id = e.payment_id
                                and k.event_type = e.event_type
                                and k.provider = e.provider
                                and k.restaurant_id = e.restaurant_id
                        )
                    )
                when 'if_named' then num_nulls(e.payment_id, e.refund_id, e.dispute_id) = 3
                else false
            end
            and e.provider <> 'operator'
            and not b.is_closed
            and (
                b.deferred_count = 0
                or not exists (
                    select
                    from ledger.deferred_events as w
                    where w.restaurant_id = e.restaurant_id
                        and w.subject_id = e.payment_id
                )
            )
            -- Its id may wait at another account.
            and not exists (
                select
                from ledger.deferred_events as w
                where w.provider = e.provider
                    and w.event_id = e.event_id
            ) as is_free
        from unnest(p_events) with ordinality as e (
            provider, event_id, event_type, restaurant_id, currency, amount, fee, occurred_at,
            available_on, payment_id, refund_id, dispute_id, item_no
        )
        left join ledger.posting_rules as r
            on e.event_type = r.event_type
            and r.subject_state = 'NEW'
            and (e.fee = 0 or r.fee_entry is not null)
        left join ledger.event_types as t on e.event_type = t.event_type
        left join ledger.account_balances as b
            on e.restaurant_id = b.restaurant_id and e.currency = b.currency
        where e.event_id is not null
            and not exists (
                select
                from ledger.processor_events as k
                where k.provider = e.provider
                    and k.event_id = e.event_id
            )
        window
            i as (partition by e.provider, e.event_id order by e.item_no),
            p as (partition by e.restaurant_id, e.provider, e.payment_id)
    ),

    numbered as (
        select
            m.*,
            m.turn = 1 and not m.is_refused as is_posted,
            bool_and(
                case
                    when m.is_refused then true
                    when m.turn > 1 then m.follows_its_own
                    else m.amount_entry is not null and m.business_day is not null and m.is_free
                end
            ) over a as is_ordinary,
            sum(m.amount + m.fee) over a as moved,
            sum(m.entries) filter (where m.turn = 1 and not m.is_refused) over o as entries_to_here,
            sum(m.amount_change + m.fee_change)
            filter (where m.turn = 1 and not m.is_refused) over o as change_to_here
        from item as m
        window
            a as (partition by m.restaurant_id, m.currency),
            o as (
                partition by m.restaurant_id, m.currency order by m.item_no
                rows unbounded preceding
            )
    )

    select
        n.item_no, n.provider, n.event_id, n.event_type, n.restaurant_id, n.currency, n.amount,
        n.fee, n.occurred_at, n.amount_entry, n.fee_entry, n.entries,
        n.last_entry_seq + n.entries_to_here - n.entries + 1, n.amount_change + n.fee_change,
        n.fee_change, (n.balance + n.change_to_here)::bigint, n.reserved, n.held, n.recorded_at,
        n.business_day, d.available_on, n.closed_through,
        n.may_be_pending
        and (d.available_on > n.business_day or n.occurred_at > n.recorded_at),
        n.payment_id
    from numbered as n
    cross join lateral (
        select coalesce(
            n.business_day + n.delay, greatest(n.business_day, n.available_on)
        ) as available_on
    ) as d
    where n.is_posted
        and n.is_ordinary
        and abs(n.balance) + n.moved <= 9007199254740991;
$function$;

comment on function ledger.sort_events(ledger.event_fields[], text[], timestamptz)
is 'Which of an array''s events need no decision, with what they post.';
