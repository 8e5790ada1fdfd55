create or replace function ledger.post_events(
    p_events ledger.event_fields[],
    p_documents jsonb,
    p_timezones text[],
    p_now timestamptz
)
returns integer[]
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_events(4)
 *     Posts what needs no decision of an array's events, in a handful of statements: those of the
 *     accounts whose new items are all ordinary (ledger.sort_events says which).
 * Parameters:
 *     p_events     - the events as ledger.read_events gives them; their accounts are locked
 *     p_documents  - the array
 *     p_timezones  - the time zones of their restaurants, as far as the server knows them
 *     p_now        - the clock
 * Returns:
 *     for each item the number of entries posted; null: it is left to ledger.post_event
 * Raises:
 *     40001  an id, or that of a payment, was claimed at this moment by another session
 * Calls:  ledger.sort_events, ledger.move_accounts
 * Writes: ledger.processor_events, ledger.ledger_entries, ledger.pending_days
 * Locks:  the event ids, in their order
 */
declare
    v_expected bigint;
    v_claimed bigint;
    v_posted integer[];
begin
    with item as materialized (
        select
            s.*,
            nextval('ledger.processor_events_event_no_seq') as event_no
        from ledger.sort_events(p_events, p_timezones, p_now) as s
    ),

    event as (
        insert into ledger.processor_events (
            event_no, amount, fee, first_entry_seq, occurred_at, received_at, entry_count,
            restaurant_id, currency, provider, event_id, event_type, payload, subject_id
        )
        overriding system value
        select
            i.event_no, i.amount, i.fee, i.first_entry_seq, i.occurred_at, p_now, i.entries,
            i.restaurant_id, i.currency, i.provider, i.event_id, i.event_type, d.document,
            i.subject_id
        from item as i
        inner join jsonb_array_elements(p_documents) with ordinality as d (document, item_no)
            on i.item_no = d.item_no
        order by i.provider, i.event_id
        on conflict do nothing
        returning event_no
    ),

    -- Whoever loses a claim writes nothing more.
    claim as (
        select (select count(*) from item) as expected, (select count(*) from event) as claimed
    ),

    entry as (
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, held_after, event_no, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type
        )
        select
            i.first_entry_seq + n.entry_no, n.amount, n.balance_after, i.reserved,
            nullif(i.held, 0), i.event_no, i.recorded_at, i.business_day, i.available_on,
            greatest(i.available_on, i.closed_through + 1), i.restaurant_id, i.currency,
            n.entry_type
        from item as i
        inner join claim as c on c.claimed = c.expected
        cross join lateral (
            values
            (0, i.amount_entry, i.amount, i.balance - i.fee_change),
            (1, i.fee_entry, i.fee, i.balance)
        ) as n (entry_no, entry_type, amount, balance_after)
        where n.entry_no < i.entries
    ),

    pending as (
        insert into ledger.pending_days as d (
            amount, available_on, restaurant_id, currency, first_entry_seq, last_entry_seq
        )
        select
            sum(i.change), i.available_on, i.restaurant_id, i.currency, min(i.first_entry_seq),
            max(i.first_entry_seq + i.entries - 1)
        from item as i
        inner join claim as c on c.claimed = c.expected
        where i.is_pending
        group by i.available_on, i.restaurant_id, i.currency
        on conflict (restaurant_id, currency, available_on)
        do update set
            (amount, last_entry_seq) = (d.amount + excluded.amount, excluded.last_entry_seq)
    )

    select
        c.expected, c.claimed,
        array(
            select i.entries
            from generate_series(1, cardinality(p_events)) as g (item_no)
            left join item as i on g.item_no = i.item_no
            order by g.item_no
        )
    into v_expected, v_claimed, v_posted
    from claim as c;
    if v_claimed < v_expected then
        raise exception 'an event of the array was told at this moment by somebody else, too'
            using errcode = 'serialization_failure', hint = 'Send the array again.';
    end if;

    perform ledger.move_accounts(p_events, v_posted);
    return v_posted;
end;
$function$;

comment on function ledger.post_events(ledger.event_fields[], jsonb, text[], timestamptz)
is 'Posts what needs no decision of an array''s events, in a handful of statements.';
