create or replace function api.list_inbox(
    p_code text default null,
    p_status text default null,
    p_restaurant_id text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    event_id text, provider text, status text, code text, message text, details jsonb,
    event_type text, restaurant_id text, currency text, amount bigint, first_seen_at timestamptz,
    last_seen_at timestamptz, deliveries bigint, age_seconds bigint, decided_at timestamptz,
    actor text, reason text, rejection_no bigint, payload jsonb, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.list_inbox(5)
 *     What was refused, contradicts what is known or waits, and is not settled: an event a row with
 *     its latest state, the newest first. Says so in a notice where it leaves some out; the view
 *     reporting.inbox has all. Pages show what was open at the first one, each row as it is now.
 * Parameters:
 *     p_code           - only these; see db/ERRORS.md
 *     p_status         - only these: rejected, conflict or deferred; or accepted or dismissed
 *     p_restaurant_id  - only these
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row an event, the columns of reporting.inbox; payload only where get_event has none,
 *     because event_id or provider could not be read
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LUIST  the status is not one of the inbox
 *     LURCD  the code is not one of ledger.rejection_reasons
 * Calls:  ledger.require_limit, ledger.require_reason_code, ledger.require_inbox_status,
 *         ledger.read_cursor, ledger.find_inbox_keys, ledger.find_decided_keys,
 *         ledger.read_inbox_items, ledger.write_cursor
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_place bigint[] := string_to_array(
        ledger.read_cursor(p_cursor, '^[0-9]{1,17}( [0-9]{1,18}){3}$'), ' '
    )::bigint[];
    v_is_open constant boolean := coalesce(p_status not in ('accepted', 'dismissed'), true);
    v_epoch constant timestamptz := timestamptz 'epoch';
    v_tick constant interval := interval '1 microsecond';
    v_most constant bigint := 999999999999999999;
    v_keys record;
    v_found integer;
    v_rows integer := 0;
begin
    perform ledger.require_reason_code(p_code);
    perform ledger.require_inbox_status(p_status);
    -- Microseconds of the moment of the first page, and of the last row; its number of either kind.
    v_place := coalesce(v_place, array[
        extract(epoch from clock_timestamp()) * 1000000, 99999999999999999, v_most, v_most
    ]::bigint[]);

    loop
        select
            array_agg(k.at) as ats, array_agg(k.rejection_no) as rejection_nos,
            array_agg(k.event_id) as event_ids, array_agg(k.provider) as providers,
            array_agg(concat_ws(
                ' ', v_place[1], (extract(epoch from k.at) * 1000000)::bigint,
                case when v_is_open then coalesce(k.rejection_no, 0) else k.number end,
                case when k.rejection_no is null then k.number else v_most end
            )) as places
        into v_keys
        from (
            select o.*
            from ledger.find_inbox_keys(
                p_code, p_status, p_restaurant_id, v_epoch + v_place[1] * v_tick,
                v_epoch + v_place[2] * v_tick, v_place[3], v_place[4], v_limit + 1
            ) as o
            where v_is_open
            union all
            select d.*
            from ledger.find_decided_keys(
                p_code, p_status, p_restaurant_id, v_epoch + v_place[2] * v_tick, v_place[3],
                v_limit + 1
            ) as d
            where not v_is_open
        ) as k;
        return query
        select
            i.event_id, i.provider, i.status, i.code, i.message, i.details, i.event_type,
            i.restaurant_id, i.currency, i.amount, i.first_seen_at, i.last_seen_at, i.deliveries,
            extract(epoch from i.age)::bigint, i.decided_at, i.actor, i.reason, i.rejection_no,
            i.payload, ledger.write_cursor(k.place)
        from unnest(
            v_keys.ats, v_keys.rejection_nos, v_keys.event_ids, v_keys.providers, v_keys.places
        ) with ordinality as k (at, rejection_no, event_id, provider, place, key_no)
        inner join ledger.read_inbox_items(v_keys.event_ids, v_keys.rejection_nos) as i
            on coalesce(k.event_id || ' ' || k.provider, k.rejection_no::text)
            = coalesce(i.event_id || ' ' || i.provider, i.rejection_no::text)
        where (p_status is null or i.status = p_status)
            and (p_code is null or i.code = p_code)
            and (i.decided_at is null or i.rejection_no is not distinct from k.rejection_no)
            and coalesce(i.decided_at = k.at, i.is_open)
        order by k.key_no
        limit v_limit - v_rows;
        get diagnostics v_found = row_count;
        v_rows := v_rows + v_found;
        exit when coalesce(cardinality(v_keys.ats), 0) <= v_limit;
        if v_rows = v_limit then
            raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor', v_limit;
            exit;
        end if;
        v_place := string_to_array(v_keys.places[cardinality(v_keys.places)], ' ')::bigint[];
    end loop;
end;
$function$;

comment on function api.list_inbox(text, text, text, integer, text)
is 'What was refused, contradicts what is known or waits, an event a row.';
