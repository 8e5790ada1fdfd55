create or replace function api.ingest_events(p_events jsonb)
returns table (
    item integer, status text, event_id text, provider text, restaurant_id text, currency text,
    event_type text, entries integer, code text, message text, details jsonb,
    received_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.ingest_events(1)
 *     Takes an array of events in one transaction. Every item gets the answer that it would get if
 *     the items came one after the other; a bad one does not stop the others.
 * Parameters:
 *     p_events  - a JSON array of at most 10,000 events as api.ingest_event takes them
 * Returns:
 *     one row an item, in order: its number from 1, then the columns of api.ingest_event
 * Raises:
 *     LBARR  p_events is not a JSON array
 *     LBMAX  it has more than 10,000 items
 *     LXRUL  a rule has vanished
 *     40001  an id was told at this moment by another session, too: send the array again
 * Calls:  ledger.read_events, ledger.lock_accounts, ledger.known_timezones, ledger.post_events,
 *         ledger.post_event, ledger.refuse_apart
 * Reads:  ledger.account_balances
 * Locks:  all accounts in key order, then all event ids; see ledger.post_event
 */
declare
    v_most_items constant integer := 10000;
    v_now constant timestamptz := clock_timestamp();
    v_events ledger.event_fields[];
    v_missing text[];
    v_timezones text[];
    v_posted integer[];
    v_answers ledger.event_answer[];
    r_item record;
begin
    if jsonb_typeof(p_events) is distinct from 'array' then
        raise exception 'events are a JSON array, not %',
            coalesce(jsonb_typeof(p_events), 'nothing')
            using errcode = 'LBARR', constraint = 'EVENTS_NOT_ARRAY',
                detail = format('type=%s', coalesce(jsonb_typeof(p_events), 'nothing')),
                hint = 'A single event goes to ingest_event.';
    elsif jsonb_array_length(p_events) > v_most_items then
        raise exception 'an array may have at most % events', v_most_items
            using errcode = 'LBMAX', constraint = 'EVENTS_TOO_MANY',
                detail = format('items=%s, limit=%s', jsonb_array_length(p_events), v_most_items),
                hint = 'Send the events in several arrays.';
    end if;

    v_events := ledger.read_events(p_events, v_now);
    v_missing := ledger.lock_accounts(v_events, v_now);
    v_timezones := ledger.known_timezones(
        array(
            select distinct b.timezone
            from unnest(v_events) as e
            inner join ledger.account_balances as b
                on e.restaurant_id = b.restaurant_id and e.currency = b.currency
        )
    );
    v_posted := ledger.post_events(v_events, p_events, v_timezones, v_now);

    -- Whatever is special goes one by one, in order.
    v_answers := array_fill(null::ledger.event_answer, array[cardinality(v_events)]);
    for r_item in
        select
            i.item_no,
            i.document,
            b.timezone is not null and b.timezone <> all(v_timezones) as is_of_unknown_timezone,
            concat_ws(' ', i.restaurant_id, i.currency) = any(v_missing) as is_without_account
        from rows from (
            jsonb_array_elements(p_events), unnest(v_posted), unnest(v_events)
        ) with ordinality as i (
            document, posted, provider, event_id, event_type, restaurant_id, currency, amount, fee,
            occurred_at, available_on, payment_id, refund_id, dispute_id, item_no
        )
        left join ledger.account_balances as b
            on i.restaurant_id = b.restaurant_id and i.currency = b.currency
        where i.posted is null
        order by i.item_no
    loop
        v_answers[r_item.item_no] := case
            when r_item.is_of_unknown_timezone or r_item.is_without_account
                then ledger.refuse_apart(r_item.document, r_item.is_of_unknown_timezone, v_now)
            else ledger.post_event(r_item.document, v_now)
        end;
    end loop;

    return query
    select
        z.item_no::integer,
        coalesce(z.status, 'processed'),
        coalesce(z.event_id, z.answered_event_id),
        coalesce(z.provider, z.answered_provider),
        coalesce(z.restaurant_id, z.answered_restaurant_id),
        coalesce(z.currency, z.answered_currency),
        coalesce(z.event_type, z.answered_event_type),
        coalesce(z.entries, z.posted),
        z.code,
        z.message,
        z.details,
        coalesce(z.received_at, v_now)
    from rows from (unnest(v_events), unnest(v_posted), unnest(v_answers)) with ordinality as z (
        provider, event_id, event_type, restaurant_id, currency, amount, fee, occurred_at,
        available_on, payment_id, refund_id, dispute_id, posted,
        status, answered_event_id, answered_provider, answered_restaurant_id, answered_currency,
        answered_event_type, entries, code, message, details, received_at, item_no
    )
    order by z.item_no;
end;
$function$;

comment on function api.ingest_events(jsonb)
is 'Takes an array of events in one transaction; one answer an item.';
