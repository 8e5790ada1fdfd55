create or replace function api.find_events(
    p_key text,
    p_value text,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    event_id text,
    provider text,
    event_type text,
    restaurant_id text,
    currency text,
    amount bigint,
    fee bigint,
    occurred_at timestamptz,
    received_at timestamptz,
    entries smallint,
    metadata jsonb,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.find_events(4)
 *     The events whose metadata name something, the newest first: what belongs to this reservation?
 *     Says so in a notice where it leaves some out.
 * Parameters:
 *     p_key     - a member of metadata; reservation_id is the one that has an index
 *     p_value   - its value, a text
 *     p_limit   - the most rows, 1 to 500
 *     p_cursor  - continue after the row that had this cursor
 * Returns:
 *     a row an event; entries: how many it posted; see api.get_event
 * Raises:
 *     LBARG  an argument is missing
 *     LBKEY  the key has no index
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.processor_events
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_before constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_rows integer := 0;
    v_row record;
begin
    if p_key is null or p_value is null then
        raise exception '% is missing', case when p_key is null then 'key' else 'value' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=' || case when p_key is null then 'key' else 'value' end;
    end if;
    if p_key <> 'reservation_id' then
        raise exception 'events cannot be found by %', quote_literal(left(p_key, 64))
            using errcode = 'LBKEY', constraint = 'KEY_NOT_SEARCHABLE',
                detail = format('key=%s', left(p_key, 64)),
                hint = 'reservation_id has an index.';
    end if;

    for v_row in
        select e.*
        from ledger.processor_events as e
        where
            left(e.payload -> 'metadata' ->> 'reservation_id', 128) collate "C" = left(p_value, 128)
            and (e.payload -> 'metadata' ->> 'reservation_id') = p_value
            and (v_before is null or e.event_no < v_before)
        order by e.event_no desc
        limit v_limit + 1
    loop
        v_rows := v_rows + 1;
        if v_rows > v_limit then
            raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor', v_limit;
            exit;
        end if;
        event_id := v_row.event_id;
        provider := v_row.provider;
        event_type := v_row.event_type;
        restaurant_id := v_row.restaurant_id;
        currency := v_row.currency;
        amount := v_row.amount;
        fee := v_row.fee;
        occurred_at := v_row.occurred_at;
        received_at := v_row.received_at;
        entries := v_row.entry_count;
        metadata := v_row.payload -> 'metadata';
        cursor := ledger.write_cursor(v_row.event_no::text);
        return next;
    end loop;
end;
$function$;

comment on function api.find_events(text, text, integer, text)
is 'The events whose metadata name something, by an index.';
