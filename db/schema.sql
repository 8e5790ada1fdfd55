-- Written by `python db/deploy.py --dump-schema`. Not to be edited.

CREATE SCHEMA api;

COMMENT ON SCHEMA api IS 'Public functions: the only door for writing, and the one the HTTP service uses.';

CREATE SCHEMA ledger;

COMMENT ON SCHEMA ledger IS 'Tables and internal functions of the ledger. Nobody but the owner works here; others call schema api.';

CREATE SCHEMA reporting;

COMMENT ON SCHEMA reporting IS 'Read-only views for people and reporting tools.';

CREATE TYPE ledger.event_answer AS (
	status text,
	event_id text,
	provider text,
	restaurant_id text,
	currency text,
	event_type text,
	entries integer,
	code text,
	message text,
	details jsonb,
	received_at timestamp with time zone
);

COMMENT ON TYPE ledger.event_answer IS 'The answer to one event; the columns of api.ingest_event.';

CREATE TYPE ledger.event_fields AS (
	provider text,
	event_id text,
	event_type text,
	restaurant_id text,
	currency text,
	amount bigint,
	fee bigint,
	occurred_at timestamp with time zone
);

COMMENT ON TYPE ledger.event_fields IS 'The fields that every processor event has, named as in the document.';

CREATE TYPE ledger.event_input AS (
	provider text,
	event_id text,
	event_type text,
	restaurant_id text,
	currency text,
	amount bigint,
	fee bigint,
	occurred_at timestamp with time zone,
	payout_id text,
	payload jsonb,
	payout_status text,
	code text,
	details jsonb
);

COMMENT ON TYPE ledger.event_input IS 'A processor event after reading: typed fields, or code and details of why it cannot be posted.';

COMMENT ON COLUMN ledger.event_input.payout_status IS 'Which posting rule applies: the payout''s status before the event, NONE if it is about none; null: nothing is to be posted.';

CREATE DOMAIN ledger.minor_units AS bigint
	CONSTRAINT minor_units_range_check CHECK (((VALUE >= '-9007199254740991'::bigint) AND (VALUE <= '9007199254740991'::bigint)));

COMMENT ON DOMAIN ledger.minor_units IS 'Money in minor units of its currency; negative is a debt.';

CREATE DOMAIN ledger.minor_units_kept AS bigint
	CONSTRAINT minor_units_kept_range_check CHECK (((VALUE >= 0) AND (VALUE <= '9007199254740991'::bigint)));

COMMENT ON DOMAIN ledger.minor_units_kept IS 'Money in minor units of its currency that is kept for a purpose, never negative.';

CREATE FUNCTION api.check_integrity(p_check text DEFAULT NULL::text) RETURNS TABLE(check_name text, severity text, findings bigint, sample jsonb, title text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
/*
 * Function: api.check_integrity(1)
 *     Audits the whole book: every check with what it found. Reads all of it, which takes its time.
 * Parameters:
 *     p_check  - only this check
 * Returns:
 *     a row a check, the worst first; findings is 0 on a sound book; sample shows up to five of
 *     them. An error must never be; a warning is for a person to look at
 * Raises:
 *     LNCHK  there is no such check
 * Reads:  reporting.integrity_checks, reporting.integrity_findings
 * Locks:  none
 */
begin
    return query
    select
        c.check_name,
        c.severity,
        coalesce(f.findings, 0),
        f.sample,
        c.title
    from reporting.integrity_checks as c
    left join (
        select
            n.check_name,
            count(*) as findings,
            jsonb_agg(to_jsonb(n) - '{check_name,severity,finding_no}'::text[])
            filter (where n.finding_no <= 5) as sample
        from (
            select
                i.*,
                row_number() over (partition by i.check_name) as finding_no
            from reporting.integrity_findings as i
            where p_check is null or i.check_name = p_check
        ) as n
        group by n.check_name
    ) as f on c.check_name = f.check_name
    where p_check is null or c.check_name = p_check
    order by coalesce(f.findings, 0) = 0, c.severity, c.check_name;

    if not found then
        raise exception 'check % does not exist', quote_literal(left(p_check, 64))
            using errcode = 'LNCHK', constraint = 'CHECK_NOT_FOUND',
                detail = format('check=%s', left(p_check, 64));
    end if;
end;
$$;

COMMENT ON FUNCTION api.check_integrity(p_check text) IS 'Audits the whole book: every check with what it found.';

CREATE FUNCTION api.get_balance(p_restaurant_id text, p_currency text) RETURNS TABLE(restaurant_id text, currency text, available bigint, pending bigint, reserved bigint, held bigint, total bigint, last_event_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
/*
 * Function: api.get_balance(2)
 *     What a restaurant owns in one currency, now. The cost does not grow with the book.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 * Returns:
 *     one row; amounts in minor units of the currency. available may be negative: a debt. pending
 *     is not available yet, reserved is in payouts under way, held is held back for disputes; total
 *     is the sum of the four. last_event_at is the latest occurred_at posted
 * Raises:
 *     LBARG  an argument is missing
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.business_day, ledger.require_currency, ledger.require_restaurant
 * Reads:  ledger.restaurants, ledger.account_balances, ledger.ledger_entries, ledger.entry_types
 * Locks:  none
 */
declare
    v_account record;
begin
    currency := upper(p_currency collate "C");
    select
        ledger.business_day(now(), s.timezone, s.day_close_hour) as today,
        b.*
    into v_account
    from ledger.restaurants as s
    left join ledger.account_balances as b
        on s.restaurant_id = b.restaurant_id and b.currency = get_balance.currency
    where s.restaurant_id = p_restaurant_id;

    -- An account tells that both exist.
    if v_account.restaurant_id is null then
        currency := ledger.require_currency(p_currency);
        perform ledger.require_restaurant(p_restaurant_id);
    end if;

    -- What is pending settles after today. Planned anew for each value, as PostgreSQL would have it
    -- for a range like this, it would cost more than twice as much.
    select coalesce(sum(t.balance_effect * e.amount), 0)
    into pending
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where e.restaurant_id = p_restaurant_id
        and e.currency = get_balance.currency
        and e.settlement_day > v_account.today
        and e.available_on > v_account.today
        and t.may_be_pending;

    restaurant_id := p_restaurant_id;
    available := coalesce(v_account.balance, 0) - pending;
    reserved := coalesce(v_account.reserved, 0);
    held := coalesce(v_account.held, 0);
    total := coalesce(v_account.balance, 0) + reserved + held;
    last_event_at := v_account.last_event_at;
    return next;
end;
$$;

COMMENT ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text) IS 'What a restaurant owns in one currency, now.';

CREATE FUNCTION api.get_event(p_event_id text, p_provider text DEFAULT 'default'::text) RETURNS TABLE(event_id text, provider text, status text, event_type text, restaurant_id text, currency text, amount bigint, fee bigint, occurred_at timestamp with time zone, received_at timestamp with time zone, entries jsonb, rejections jsonb, payload jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
/*
 * Function: api.get_event(2)
 *     What became of an event: its entries, if it was posted, and every delivery that was refused.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_provider  - the processor
 * Returns:
 *     one row. status is processed, or that of the last refusal if the event never was; entries is
 *     an array of entry_seq, entry_type, amount, balance_after; rejections one of status, code,
 *     message, details, received_at, the latest 100; amounts in minor units
 * Raises:
 *     LBARG  an argument is missing
 *     LNEVT  no such event was ever received
 * Reads:  ledger.processor_events, ledger.ledger_entries, ledger.event_rejections
 * Locks:  none
 */
begin
    if p_event_id is null or p_provider is null then
        raise exception '% is missing',
            case when p_event_id is null then 'event_id' else 'provider' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument='
                    || case when p_event_id is null then 'event_id' else 'provider' end;
    end if;

    select
        jsonb_agg(
            jsonb_build_object(
                'status', r.status, 'code', r.code, 'message', r.message, 'details', r.details,
                'received_at', r.received_at
            )
            order by r.rejection_no
        ),
        (array_agg(r.status order by r.rejection_no desc))[1],
        (array_agg(r.payload order by r.rejection_no desc))[1],
        min(r.received_at)
    into rejections, status, payload, received_at
    from (
        select j.*
        from ledger.event_rejections as j
        where j.event_id = p_event_id
            and j.provider = p_provider
        order by j.rejection_no desc
        limit 100
    ) as r;

    return query
    select
        e.event_id,
        e.provider,
        'processed',
        e.event_type,
        e.restaurant_id,
        e.currency,
        e.amount,
        e.fee,
        e.occurred_at,
        e.received_at,
        (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'entry_seq', n.entry_seq, 'entry_type', n.entry_type, 'amount', n.amount,
                    'balance_after', n.balance_after
                )
                order by n.entry_seq
            ), '[]')
            from ledger.ledger_entries as n
            where n.restaurant_id = e.restaurant_id
                and n.currency = e.currency
                and n.entry_seq >= e.first_entry_seq
                and n.entry_seq < e.first_entry_seq + e.entry_count
        ),
        coalesce(rejections, '[]'),
        e.payload
    from ledger.processor_events as e
    where e.event_id = p_event_id
        and e.provider = p_provider;

    if not found then
        if rejections is null then
            raise exception 'event % was never received', quote_literal(left(p_event_id, 128))
                using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
                    detail = format(
                        'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                    );
        end if;
        event_id := p_event_id;
        provider := p_provider;
        entries := '[]';
        return next;
    end if;
end;
$$;

COMMENT ON FUNCTION api.get_event(p_event_id text, p_provider text) IS 'What became of an event: its entries, and every delivery that was refused.';

CREATE FUNCTION api.get_payout(p_payout_id text) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text, created_at timestamp with time zone, paid_at timestamp with time zone, failed_at timestamp with time zone, failure_reason text, items jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
/*
 * Function: api.get_payout(1)
 *     One payout with what it consists of.
 * Parameters:
 *     p_payout_id  - as run_payouts created it
 * Returns:
 *     one row; amounts in minor units. items is an array of item_type, amount (signed) and
 *     entry_count that adds up to the amount
 * Raises:
 *     LBARG  the argument is missing
 *     LNPAY  there is no such payout
 * Reads:  ledger.payouts, ledger.payout_items
 * Locks:  none
 */
begin
    if p_payout_id is null then
        raise exception 'payout_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=payout_id';
    end if;
    return query
    select
        p.payout_id,
        p.restaurant_id,
        p.currency,
        p.as_of,
        p.amount,
        p.status,
        p.run_id,
        p.created_at,
        p.paid_at,
        p.failed_at,
        p.failure_reason,
        (
            select jsonb_agg(
                jsonb_build_object(
                    'item_type', i.item_type, 'amount', i.amount, 'entry_count', i.entry_count
                )
                order by
                    i.item_type = 'carried_out', i.item_type <> 'carried_in', i.amount desc,
                    i.item_type
            )
            from ledger.payout_items as i
            where i.restaurant_id = p.restaurant_id
                and i.payout_id = p.payout_id
        )
    from ledger.payouts as p
    where p.payout_id = p_payout_id;

    if not found then
        raise exception 'payout % does not exist', quote_literal(left(p_payout_id, 64))
            using errcode = 'LNPAY', constraint = 'PAYOUT_NOT_FOUND',
                detail = format('payout_id=%s', left(p_payout_id, 64));
    end if;
end;
$$;

COMMENT ON FUNCTION api.get_payout(p_payout_id text) IS 'One payout with what it consists of.';

CREATE FUNCTION api.ingest_event(p_event jsonb) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
/*
 * Function: api.ingest_event(1)
 *     Takes one event of the payment processor and posts it, at most once for ever. Sequential
 *     scans are off, because a plan that a session makes while the ledger is small stays with it.
 * Parameters:
 *     p_event  - a JSON object: event_id, event_type, occurred_at (with offset), restaurant_id,
 *                currency (ISO 4217), amount (integer, minor units); optional provider, fee
 *                (integer, minor units), metadata (object), payout_id; other fields are kept and
 *                ignored
 * Returns:
 *     one row. status is processed; already_processed: the same content was posted before, the rest
 *     of the row is that of the first time; conflict: the id was used with other content; rejected:
 *     not valid or not allowed. code, message and details say why the last two posted nothing
 * Raises:
 *     LBOBJ  p_event is not a JSON object
 * Calls:  ledger.read_event, ledger.post_event
 * Locks:  the account, then the event id
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_event ledger.event_input;
begin
    v_event := ledger.read_event(p_event, v_now);
    if v_event.code = 'EVENT_NOT_OBJECT' then
        raise exception 'an event is a JSON object, not %',
            coalesce(jsonb_typeof(p_event), 'nothing')
            using errcode = 'LBOBJ', constraint = 'EVENT_NOT_OBJECT',
                detail = format('type=%s', coalesce(jsonb_typeof(p_event), 'nothing')),
                hint = 'Several events at once go to ingest_events.';
    end if;
    return ledger.post_event(v_event.restaurant_id, v_event, v_now);
end;
$$;

COMMENT ON FUNCTION api.ingest_event(p_event jsonb) IS 'Takes one event of the payment processor and posts it, at most once for ever.';

CREATE FUNCTION api.ingest_events(p_events jsonb) RETURNS TABLE(item integer, status text, event_id text, provider text, restaurant_id text, currency text, event_type text, entries integer, code text, message text, details jsonb, received_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
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
 * Calls:  ledger.read_event, ledger.lock_events, ledger.post_event
 * Locks:  all accounts in key order, then all event ids; see ledger.lock_account
 */
declare
    v_most_items constant integer := 10000;
    v_now constant timestamptz := clock_timestamp();
    v_events ledger.event_input[];
    v_event ledger.event_input;
    v_answer ledger.event_answer;
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

    select array_agg(ledger.read_event(i.event, v_now) order by i.item_no)
    into v_events
    from jsonb_array_elements(p_events) with ordinality as i (event, item_no);

    v_events := ledger.lock_events(v_events, v_now);

    item := 0;
    foreach v_event in array coalesce(v_events, '{}') loop
        item := item + 1;
        v_answer := ledger.post_event(v_event.restaurant_id, v_event, v_now);
        return query select item, v_answer.*;
    end loop;
end;
$$;

COMMENT ON FUNCTION api.ingest_events(p_events jsonb) IS 'Takes an array of events in one transaction; one answer an item.';

CREATE FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date DEFAULT NULL::date, p_to date DEFAULT NULL::date, p_limit integer DEFAULT 100, p_cursor text DEFAULT NULL::text) RETURNS TABLE(entry_seq bigint, entry_type text, amount bigint, balance_change bigint, balance_after bigint, reserved_after bigint, event_id text, payout_id text, business_day date, available_on date, settlement_day date, occurred_at timestamp with time zone, recorded_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
/*
 * Function: api.list_entries(6)
 *     The statement of a restaurant in one currency: its entries in order, with the running
 *     balance.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_from, p_to     - only what settles on these days or between them
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row an entry; amounts in minor units, amount positive, balance_change with its sign
 * Raises:
 *     LBARG  an argument is missing
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.require_restaurant, ledger.require_currency,
 *         ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.ledger_entries, ledger.entry_types, ledger.processor_events
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_currency constant text := ledger.require_currency(p_currency);
begin
    perform ledger.require_restaurant(p_restaurant_id);

    return query
    select
        e.entry_seq,
        e.entry_type,
        e.amount,
        t.balance_effect * e.amount,
        e.balance_after,
        e.reserved_after,
        k.event_id,
        e.payout_id,
        e.business_day,
        e.available_on,
        e.settlement_day,
        e.occurred_at,
        e.recorded_at,
        ledger.write_cursor(e.entry_seq::text)
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    left join ledger.processor_events as k
        on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
    where e.restaurant_id = p_restaurant_id
        and e.currency = v_currency
        and e.entry_seq > coalesce(v_after, 0)
        and e.settlement_day between coalesce(p_from, '-infinity') and coalesce(p_to, 'infinity')
    order by e.entry_seq
    limit v_limit;
end;
$_$;

COMMENT ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text) IS 'The statement of a restaurant in one currency, with the running balance.';

CREATE FUNCTION api.list_payouts(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_status text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text, created_at timestamp with time zone, paid_at timestamp with time zone, failed_at timestamp with time zone, failure_reason text, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
/*
 * Function: api.list_payouts(5)
 *     Payouts, the newest as_of first.
 * Parameters:
 *     p_restaurant_id  - only of this restaurant
 *     p_currency       - only in this currency
 *     p_status         - only CREATED, PAID, FAILED or CANCELED
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row a payout; amounts in minor units
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUSTA  the status is not one of a payout
 * Calls:  ledger.require_limit, ledger.require_restaurant, ledger.require_currency,
 *         ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.payouts
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '^[0-9]{1,7} po_[0-9a-f]{32}$');
    v_currency text;
begin
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;
    if p_status not in ('CREATED', 'PAID', 'FAILED', 'CANCELED') then
        raise exception 'a payout is never %', quote_literal(left(p_status, 20))
            using errcode = 'LUSTA', constraint = 'PAYOUT_STATUS_UNKNOWN',
                detail = format('status=%s', left(p_status, 20)),
                hint = 'CREATED, PAID, FAILED or CANCELED.';
    end if;

    return query
    select
        p.payout_id,
        p.restaurant_id,
        p.currency,
        p.as_of,
        p.amount,
        p.status,
        p.run_id,
        p.created_at,
        p.paid_at,
        p.failed_at,
        p.failure_reason,
        ledger.write_cursor((p.as_of - date '1-01-01') || ' ' || p.payout_id)
    from ledger.payouts as p
    where (p_restaurant_id is null or p.restaurant_id = p_restaurant_id)
        and (v_currency is null or p.currency = v_currency)
        and (p_status is null or p.status = p_status)
        and (
            v_after is null
            or (p.as_of - date '1-01-01', p.payout_id)
            < (split_part(v_after, ' ', 1)::integer, split_part(v_after, ' ', 2))
        )
    order by p.as_of desc, p.payout_id desc
    limit v_limit;
end;
$_$;

COMMENT ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text) IS 'Payouts, the newest as_of first.';

CREATE FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint DEFAULT 1, p_dry_run boolean DEFAULT false) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount bigint, restaurants_skipped integer, skipped jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
/*
 * Function: api.run_payouts(4)
 *     Pays every restaurant what has settled up to a day in one currency: creates the payouts,
 *     reserves their money and closes the days. Running again creates nothing; two runs at once
 *     create what one would.
 * Parameters:
 *     p_currency    - ISO 4217 code, in either case
 *     p_as_of       - the last settlement day to pay; not in the future
 *     p_min_amount  - minor units; who has less waits for a later run
 *     p_dry_run     - answer the same, keep nothing
 * Returns:
 *     one row; run_id is null in a dry run; payouts_amount in minor units; skipped counts the
 *     restaurants passed over by reason
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.create_payouts
 * Reads:  ledger.account_balances
 * Writes: ledger.payout_runs
 * Locks:  the accounts in this currency, in key order; see ledger.lock_account
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_restaurant_ids text[];
    r_outcome record;
begin
    -- Plans that the session made while the ledger was small would be slow now.
    discard plans;
    currency := ledger.require_payout_run(p_currency, p_as_of, p_min_amount, p_dry_run, v_now);
    if not p_dry_run then
        run_id := 'run_' || replace(gen_random_uuid()::text, '-', '');
        insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at)
        values (run_id, run_payouts.currency, p_as_of, p_min_amount, v_now);
    end if;

    payouts_created := 0;
    payouts_amount := 0;
    restaurants_skipped := 0;
    skipped := '{}';
    loop
        -- As many as are worth a statement, and few enough to be kept in memory.
        v_restaurant_ids := array(
            select b.restaurant_id
            from ledger.account_balances as b
            where b.currency = run_payouts.currency
                and b.restaurant_id > coalesce(v_restaurant_ids[cardinality(v_restaurant_ids)], '')
            order by b.restaurant_id
            limit 1000
        );
        exit when v_restaurant_ids = '{}';
        for r_outcome in
            select o.*
            from ledger.create_payouts(
                v_restaurant_ids, run_payouts.currency, p_as_of, p_min_amount, run_payouts.run_id,
                v_now
            ) as o
        loop
            if r_outcome.reason is null then
                payouts_created := payouts_created + r_outcome.restaurants;
                payouts_amount := payouts_amount + r_outcome.amount;
            else
                restaurants_skipped := restaurants_skipped + r_outcome.restaurants;
                skipped := skipped || jsonb_build_object(
                    r_outcome.reason,
                    coalesce((skipped ->> r_outcome.reason)::integer, 0) + r_outcome.restaurants
                );
            end if;
        end loop;
    end loop;

    if not p_dry_run then
        update ledger.payout_runs as r
        set
            payouts_created = run_payouts.payouts_created,
            payouts_amount = run_payouts.payouts_amount,
            restaurants_skipped = run_payouts.restaurants_skipped
        where r.run_id = run_payouts.run_id;
    end if;
    status := 'accepted';
    message := case when p_dry_run then 'payouts that would be created: ' else 'payouts created: '
    end || payouts_created;
    as_of := p_as_of;
    min_amount := p_min_amount;
    is_dry_run := p_dry_run;
    return next;
end;
$$;

COMMENT ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean) IS 'Pays every restaurant what has settled up to a day in one currency.';

CREATE FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text DEFAULT NULL::text, p_day_close_hour integer DEFAULT NULL::integer, p_settlement_delay_days integer DEFAULT NULL::integer, p_payouts_paused boolean DEFAULT NULL::boolean) RETURNS TABLE(restaurant_id text, timezone text, day_close_hour smallint, settlement_delay_days smallint, is_payouts_paused boolean, created_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
/*
 * Function: api.set_restaurant(5)
 *     Registers a restaurant or changes its settings. They hold for what is posted from now on:
 *     days of entries in the book do not move.
 * Parameters:
 *     p_restaurant_id          - the platform's id of the restaurant
 *     p_timezone               - IANA name of its time zone
 *     p_day_close_hour         - local hour at which its business day ends, 0 to 7
 *     p_settlement_delay_days  - days until money in is available, 0 to 60
 *     p_payouts_paused         - whether payout runs pass it over
 *     null leaves a setting as it is
 * Returns:
 *     the restaurant as it is now
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LURID  it is not an id
 *     LUTZN  the time zone is not known
 *     LUHRS  the hour is out of range
 *     LUDLY  the delay is out of range
 * Calls:  ledger.require_settings
 * Writes: ledger.restaurants
 * Locks:  the restaurant's row
 */
begin
    perform ledger.require_settings(
        p_restaurant_id, p_timezone, p_day_close_hour, p_settlement_delay_days
    );

    insert into ledger.restaurants (restaurant_id, created_at)
    values (p_restaurant_id, clock_timestamp())
    on conflict do nothing;

    return query
    update ledger.restaurants as r
    set
        timezone = coalesce(p_timezone, r.timezone),
        day_close_hour = coalesce(p_day_close_hour, r.day_close_hour),
        settlement_delay_days = coalesce(p_settlement_delay_days, r.settlement_delay_days),
        is_payouts_paused = coalesce(p_payouts_paused, r.is_payouts_paused)
    where r.restaurant_id = p_restaurant_id
    returning
        r.restaurant_id,
        r.timezone,
        r.day_close_hour,
        r.settlement_delay_days,
        r.is_payouts_paused,
        r.created_at;
end;
$$;

COMMENT ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean) IS 'Registers a restaurant or changes its settings.';

CREATE FUNCTION ledger.admit_event(p_event ledger.event_input, p_now timestamp with time zone) RETURNS ledger.event_input
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.admit_event(2)
 *     Decides on an event that is not plain: of a restaurant without this account yet, about a
 *     payout, with a very large balance, or one to refuse.
 * Parameters:
 *     p_event  - the event
 *     p_now    - the clock
 * Returns:
 *     the event with payout_status, which says which posting rule applies, null: none, there is
 *     nothing to post; or with code and details of why it may not post. A missing account is opened
 * Calls:  ledger.lock_account, ledger.decide_payout_event, ledger.open_account
 * Reads:  ledger.event_types, ledger.currencies, ledger.posting_rules
 * Locks:  the account
 */
declare
    v_account ledger.account_balances;
    v_type ledger.event_types;
    v_rule ledger.posting_rules;
begin
    -- Before anything is read, because what is read here changes under this lock only.
    v_account := ledger.lock_account(p_event.restaurant_id, p_event.currency);
    select t.*
    into v_type
    from ledger.event_types as t
    where t.event_type = p_event.event_type;

    if not found then
        p_event.code := 'EVENT_TYPE_UNKNOWN';
    elsif not exists (
        select
        from ledger.currencies as c
        where c.currency = p_event.currency
    ) then
        p_event.code := 'CURRENCY_UNKNOWN';
    elsif p_event.fee > 0 and not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.fee_entry is not null
    ) then
        p_event.code := 'FEE_NOT_ALLOWED';
    elsif v_type.payout_status is not null then
        p_event := ledger.decide_payout_event(p_event, v_type.payout_status);
    elsif v_account.restaurant_id is null then
        perform ledger.open_account(p_event.restaurant_id, p_event.currency, p_now);
        v_account := ledger.lock_account(p_event.restaurant_id, p_event.currency);
    end if;
    if p_event.code is not null then
        return p_event;
    end if;

    select r.*
    into v_rule
    from ledger.posting_rules as r
    where r.event_type = p_event.event_type
        and r.payout_status = p_event.payout_status;
    if not found then
        p_event.payout_status := null;
    elsif abs(
        v_account.balance + v_rule.amount_balance_effect * p_event.amount
        + coalesce(v_rule.fee_balance_effect * p_event.fee, 0)
    ) > 9007199254740991 then
        p_event.code := 'BALANCE_OUT_OF_RANGE';
    end if;
    return p_event;
end;
$$;

COMMENT ON FUNCTION ledger.admit_event(p_event ledger.event_input, p_now timestamp with time zone) IS 'Decides on an event that is not plain: a new account, a payout, or a refusal.';

CREATE FUNCTION ledger.answer_known_event(p_event ledger.event_input, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.answer_known_event(2)
 *     Answers an event whose id is in the book: with the answer of the first time if the content is
 *     the same; else keeps it as a conflict, and says which fields differ.
 * Parameters:
 *     p_event  - the event
 *     p_now    - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.answer_posted_event, ledger.reject_event
 * Reads:  ledger.processor_events
 * Locks:  none
 */
declare
    v_known record;
    v_fields jsonb;
begin
    select
        e.payload,
        e.entry_count,
        e.received_at
    into v_known
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;

    select jsonb_agg(d.field order by d.field_no)
    into v_fields
    from unnest(array[
        'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount', 'fee', 'payout_id',
        'metadata'
    ]) with ordinality as d (field, field_no)
    where case d.field
        when 'occurred_at'
            then (v_known.payload ->> 'occurred_at')::timestamptz <> p_event.occurred_at
        when 'currency'
            then upper(v_known.payload ->> 'currency' collate "C") <> p_event.currency
        when 'fee' then coalesce((v_known.payload -> 'fee')::bigint, 0) <> p_event.fee
        when 'metadata'
            then coalesce(v_known.payload -> 'metadata', '{}')
                <> coalesce(p_event.payload -> 'metadata', '{}')
        else v_known.payload ->> d.field is distinct from p_event.payload ->> d.field
    end;

    if v_fields is null then
        return ledger.answer_posted_event(
            p_event, v_known.entry_count, 'already_processed', v_known.received_at
        );
    end if;
    p_event.code := 'EVENT_ID_REUSED';
    p_event.details := jsonb_build_object('fields', v_fields);
    return ledger.reject_event(p_event, 'conflict', p_now);
end;
$$;

COMMENT ON FUNCTION ledger.answer_known_event(p_event ledger.event_input, p_now timestamp with time zone) IS 'Answers an event whose id is in the book: the same again, or a conflict.';

CREATE FUNCTION ledger.answer_posted_event(p_event ledger.event_input, p_entry_count integer, p_status text, p_received_at timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE sql IMMUTABLE
    AS $$
/*
 * Function: ledger.answer_posted_event(4)
 *     The answer to an event that is in the book, the same at the first time and at every later
 *     one. One expression, so that callers have it inlined.
 * Parameters:
 *     p_event        - the event
 *     p_entry_count  - the entries it posted
 *     p_status       - processed or already_processed
 *     p_received_at  - when it was first received
 * Returns:
 *     the answer
 */
    select row(
        p_status, p_event.event_id, p_event.provider, p_event.restaurant_id, p_event.currency,
        p_event.event_type, p_entry_count,
        case when p_entry_count = 0 then 'NO_EFFECT' end,
        case
            when p_entry_count = 0 then 'recorded; nothing to post, the payout was settled before'
        end,
        null::jsonb, p_received_at
    )::ledger.event_answer;
$$;

COMMENT ON FUNCTION ledger.answer_posted_event(p_event ledger.event_input, p_entry_count integer, p_status text, p_received_at timestamp with time zone) IS 'The answer to an event that is in the book.';

CREATE FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
/*
 * Function: ledger.business_day(3)
 *     The business day of a restaurant to which a moment belongs: its local date, less the closing
 *     hour, so that what happens before a late place closes counts for the evening before.
 * Parameters:
 *     p_at              - the moment
 *     p_timezone        - IANA name of the restaurant's time zone
 *     p_day_close_hour  - local hour at which its day ends, 0 to 7
 * Returns:
 *     the day
 */
    select (
        pg_catalog.timezone(p_timezone, p_at)
        - pg_catalog.make_interval(hours => p_day_close_hour::integer)
    )::date;
$$;

COMMENT ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) IS 'The restaurant''s business day to which a moment belongs.';

CREATE TABLE ledger.account_balances (
    balance ledger.minor_units DEFAULT 0 NOT NULL,
    reserved ledger.minor_units_kept DEFAULT 0 NOT NULL,
    held ledger.minor_units_kept DEFAULT 0 NOT NULL,
    last_entry_seq bigint DEFAULT 0 NOT NULL,
    last_entry_at timestamp with time zone,
    last_event_at timestamp with time zone,
    closed_through date DEFAULT '-infinity'::date NOT NULL,
    restaurant_id text NOT NULL,
    currency text NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE ledger.account_balances IS 'What a restaurant owns in one currency, in minor units. Moved by the insertion of entries and by nothingelse; its row lock orders the entries of the account.';

COMMENT ON COLUMN ledger.account_balances.balance IS 'Balance of restaurant_available, matured or not; may be negative (a debt).';

COMMENT ON COLUMN ledger.account_balances.reserved IS 'In payouts under way.';

COMMENT ON COLUMN ledger.account_balances.held IS 'Held back for disputes.';

COMMENT ON COLUMN ledger.account_balances.last_entry_seq IS 'Number of the newest entry; 0: none yet.';

COMMENT ON COLUMN ledger.account_balances.last_entry_at IS 'recorded_at of the newest entry; the next one is never recorded earlier.';

COMMENT ON COLUMN ledger.account_balances.last_event_at IS 'The latest occurred_at of a posted event.';

COMMENT ON COLUMN ledger.account_balances.closed_through IS 'The last day a payout has closed: no entry settles on it or earlier any more.';

CREATE TABLE ledger.payout_items (
    amount bigint NOT NULL,
    entry_count bigint NOT NULL,
    restaurant_id text NOT NULL,
    payout_id text NOT NULL,
    item_type text NOT NULL,
    CONSTRAINT payout_items_amount_not_zero_check CHECK ((amount <> 0))
);

COMMENT ON TABLE ledger.payout_items IS 'What a payout consists of, signed; the items of a payout add up to its amount.';

COMMENT ON COLUMN ledger.payout_items.item_type IS 'entry_types.payout_item of the entries summed, or carried_in / carried_out: the money that earlierpayouts held back, and what this one holds back because it was spent since.';

CREATE FUNCTION ledger.create_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_payout_id text, p_now timestamp with time zone) RETURNS TABLE(amount bigint, reason text, items ledger.payout_items[], account ledger.account_balances, today date)
    LANGUAGE sql STABLE
    AS $$
/*
 * Function: ledger.create_payout(6)
 *     The payout of one restaurant in a run: what it is paid for the days up to as_of, what that
 *     consists of, or why it is not paid. In plain SQL, so that PostgreSQL puts the body in place
 *     of the call: the one statement of ledger.write_payouts decides and writes many of them.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant, whose account the caller has locked;
 *                        first so that a cluster can route the call
 *     p_currency       - ISO 4217 code
 *     p_as_of          - the last settlement day to pay
 *     p_min_amount     - below this nothing is paid; equal pays
 *     p_payout_id      - the payout's id
 *     p_now            - the clock
 * Returns:
 *     amount   - what can be paid, in minor units: what settled and was not paid yet, but no more
 *                than is available now, nor than can be kept beside what is reserved already
 *     reason   - why it is not paid; null if it is
 *     items    - the entries of the days that the payout closes, summed by kind; what earlier
 *                payouts carried over; what it carries over itself. They add up to the amount
 *     account  - the account
 *     today    - the restaurant's business day
 * Calls:  ledger.business_day, ledger.sum_payout
 * Reads:  ledger.account_balances, ledger.restaurants, ledger.payouts
 */
    select
        a.amount,
        case
            when s.is_payouts_paused then 'payouts_paused'
            when p_as_of > d.today then 'as_of_in_future'
            when b.closed_through >= p_as_of
                then case
                    when exists (
                        select
                        from ledger.payouts as p
                        where p.restaurant_id = p_restaurant_id
                            and p.currency = p_currency
                            and p.as_of = p_as_of
                    )
                        then 'already_paid'
                    else 'closed_by_later_payout'
                end
            when a.amount <= 0 then 'nothing_to_pay'
            when a.amount < p_min_amount then 'below_minimum'
        end,
        k.items
        || case
            when a.settled <> k.amount then array[
                row(a.settled - k.amount, 0, p_restaurant_id, p_payout_id, 'carried_in')
                ::ledger.payout_items
            ]
        end
        || case
            when a.amount <> a.settled then array[
                row(a.amount - a.settled, 0, p_restaurant_id, p_payout_id, 'carried_out')
                ::ledger.payout_items
            ]
        end,
        b,
        d.today
    from ledger.account_balances as b
    inner join ledger.restaurants as s on b.restaurant_id = s.restaurant_id
    cross join lateral (
        select ledger.business_day(p_now, s.timezone, s.day_close_hour) as today
    ) as d
    cross join lateral ledger.sum_payout(
        p_restaurant_id, p_currency, b.closed_through + 1, p_as_of, d.today, p_payout_id
    ) as k
    cross join lateral (
        select
            b.balance - k.later as settled,
            least(
                b.balance - k.later, b.balance - k.pending, 9007199254740991 - b.reserved
            ) as amount
    ) as a
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency;
$$;

COMMENT ON FUNCTION ledger.create_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_payout_id text, p_now timestamp with time zone) IS 'The payout of one restaurant in a run, or why there is none.';

CREATE FUNCTION ledger.create_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) RETURNS TABLE(reason text, restaurants integer, amount bigint)
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
/*
 * Function: ledger.create_payouts(6)
 *     The payouts of some restaurants in a run, in a handful of statements: locks their accounts,
 *     decides and writes their payouts, then lets the accounts follow.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_run_id          - the run; null in a dry run, which writes nothing
 *     p_now             - the clock
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.write_payouts
 * Reads:  ledger.ledger_entries
 * Writes: ledger.account_balances
 * Locks:  ledger.account_balances, one row a restaurant in key order; see ledger.lock_account
 */
begin
    -- Planned with the settings above, so once, and to look each row up by its key. The locks in a
    -- statement of their own: one that waits goes on with what was there before, while the next one
    -- sees the accounts, and a pause of payouts, as they are now.
    perform
    from unnest(p_restaurant_ids) as r (restaurant_id)
    inner join ledger.account_balances as b on r.restaurant_id = b.restaurant_id
    where b.currency = p_currency
    order by b.restaurant_id
    for no key update of b;

    return query
    select w.*
    from ledger.write_payouts(
        p_restaurant_ids, p_currency, p_as_of, p_min_amount, p_run_id, p_now
    ) as w;

    -- An account that was paid has an entry more than it knows of.
    update ledger.account_balances as b
    set
        balance = e.balance_after,
        reserved = e.reserved_after,
        last_entry_seq = e.entry_seq,
        last_entry_at = e.recorded_at,
        closed_through = e.settlement_day
    from unnest(p_restaurant_ids) as r (restaurant_id)
    inner join ledger.ledger_entries as e on r.restaurant_id = e.restaurant_id
    where b.restaurant_id = e.restaurant_id
        and b.currency = p_currency
        and e.currency = p_currency
        and e.entry_seq = b.last_entry_seq + 1;
end;
$$;

COMMENT ON FUNCTION ledger.create_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) IS 'The payouts of some restaurants in a run.';

CREATE FUNCTION ledger.decide_payout_event(p_event ledger.event_input, p_reported_status text) RETURNS ledger.event_input
    LANGUAGE plpgsql STABLE
    AS $$
/*
 * Function: ledger.decide_payout_event(2)
 *     Whether an event about a payout may post, and from which state of the payout. The caller
 *     holds the account's lock, so the answer stays true until it commits.
 * Parameters:
 *     p_event            - the event
 *     p_reported_status  - the status that its type reports
 * Returns:
 *     the event with payout_id and payout_status, for which there is a posting rule, or null if
 *     there is nothing to do; with code and details if it may not post
 * Reads:  ledger.payouts, ledger.posting_rules
 */
declare
    v_payout ledger.payouts;
    v_fields text[];
begin
    p_event.payout_id := coalesce(
        p_event.payload ->> 'payout_id', p_event.payload -> 'metadata' ->> 'payout_id'
    );
    if p_event.payout_id is null then
        p_event.code := 'FIELD_MISSING';
        p_event.details := '{"field": "payout_id"}';
        return p_event;
    end if;

    select p.*
    into v_payout
    from ledger.payouts as p
    where p.payout_id = p_event.payout_id;

    p_event.details := jsonb_build_object('payout_id', left(p_event.payout_id, 64));
    v_fields := array_remove(array[
        case when v_payout.restaurant_id <> p_event.restaurant_id then 'restaurant_id' end,
        case when v_payout.currency <> p_event.currency then 'currency' end,
        case when v_payout.amount <> p_event.amount then 'amount' end
    ], null);
    if v_payout.payout_id is null then
        p_event.code := 'PAYOUT_NOT_FOUND';
    elsif cardinality(v_fields) > 0 then
        p_event.code := 'PAYOUT_MISMATCH';
        p_event.details := p_event.details || jsonb_build_object('fields', v_fields);
    elsif v_payout.status = p_reported_status
        or (v_payout.status = 'PAID' and p_event.occurred_at <= v_payout.paid_at)
    then
        -- Told before, or overtaken by a later event.
        p_event.payout_status := null;
    elsif exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.payout_status = v_payout.status
    ) then
        p_event.payout_status := v_payout.status;
    else
        p_event.code := 'PAYOUT_STATE_CONFLICT';
        p_event.details := p_event.details || jsonb_build_object('payout_status', v_payout.status);
    end if;
    return p_event;
end;
$$;

COMMENT ON FUNCTION ledger.decide_payout_event(p_event ledger.event_input, p_reported_status text) IS 'Whether an event about a payout may post, and from which state of the payout.';

CREATE FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
/*
 * Function: ledger.find_event_fault(2)
 *     The rules of a processor event, as far as they need no book: types, formats and ranges. The
 *     text of a JSON value, with its quotes, tells type and format at once; there is no bounded
 *     repetition, which makes a regular expression slow.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the code of the first thing that is wrong, null if nothing is
 * Calls:  ledger.is_day_of_month
 */
declare
    v_occurred_at constant text := case
        when jsonb_typeof(p_event) = 'object' then p_event ->> 'occurred_at'
    end;
    v_code text := case
        when jsonb_typeof(p_event) is distinct from 'object' then 'EVENT_NOT_OBJECT'
        when not p_event ?& '{event_id,event_type,occurred_at,restaurant_id,currency,amount}'
            then 'FIELD_MISSING'
        when (p_event -> 'provider')::text !~ '^"[]!#-[^-~]+"$'
            or length(p_event ->> 'provider') > 64 then 'PROVIDER_INVALID'
        when (p_event -> 'event_id')::text !~ '^"[]!#-[^-~]+"$'
            or length(p_event ->> 'event_id') > 128 then 'EVENT_ID_INVALID'
        when (p_event -> 'restaurant_id')::text !~ '^"[A-Za-z0-9][A-Za-z0-9._:-]*"$'
            or length(p_event ->> 'restaurant_id') > 64 then 'RESTAURANT_ID_INVALID'
        when (p_event -> 'event_type')::text !~ '^"' then 'EVENT_TYPE_INVALID'
        when (p_event -> 'currency')::text !~ '^"[A-Za-z][A-Za-z][A-Za-z]"$'
            then 'CURRENCY_INVALID'
        when (p_event -> 'amount')::text !~ '^[1-9][0-9]*$'
            or p_event -> 'amount' > '9007199254740991' then 'AMOUNT_INVALID'
        when (p_event -> 'fee')::text !~ '^[0-9]+$'
            or p_event -> 'fee' > '9007199254740991' then 'FEE_INVALID'
        when (p_event -> 'metadata')::text !~ '^\{' then 'METADATA_INVALID'
        when length(v_occurred_at) > 40
            or coalesce(v_occurred_at, '') !~ (
                '^(19|2[0-9])[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]'
                '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?'
                '([Zz]|[+-](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+-]14(:?00)?)$'
            )
            or (substr(v_occurred_at, 9, 2) > '28' and not ledger.is_day_of_month(v_occurred_at))
            then 'OCCURRED_AT_INVALID'
    end;
begin
    if v_code is null and v_occurred_at::timestamptz > p_now + interval '5 minutes' then
        v_code := 'OCCURRED_AT_IN_FUTURE';
    end if;
    return v_code;
end;
$_$;

COMMENT ON FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) IS 'What is wrong with a processor event, as far as it can be told without the book.';

CREATE FUNCTION ledger.is_day_of_month(p_text text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
/*
 * Function: ledger.is_day_of_month(1)
 *     Whether the month has such a day; a cast would raise.
 * Parameters:
 *     p_text  - begins with YYYY-MM-DD, month 01 to 12
 * Returns:
 *     true if it has
 */
begin
    return substr(p_text, 9, 2)::integer <= extract(
        day from make_date(substr(p_text, 1, 4)::integer, substr(p_text, 6, 2)::integer, 1)
        + interval '1 month - 1 day'
    );
end;
$$;

COMMENT ON FUNCTION ledger.is_day_of_month(p_text text) IS 'Whether the month has such a day.';

CREATE FUNCTION ledger.is_plain_event(p_event jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
/*
 * Function: ledger.is_plain_event(1)
 *     Whether a processor event is one of the many that are written the usual way: upper-case
 *     currency, whole seconds, UTC. A few operators do the work of fifty. The rules are those of
 *     ledger.find_event_fault: what is plain has none of its faults, save for the lengths of ids
 *     and the clock. The path's datetime() knows the calendar, but would take a day or month 00 and
 *     other widths.
 * Parameters:
 *     p_event  - the document
 * Returns:
 *     true; else false or null, and the event may be good all the same
 */
    select p_event @@ 'strict
        $.event_id like_regex "^[]!#-[^-~]+$"
        && $.event_type.type() == "string"
        && $.restaurant_id like_regex "^[A-Za-z0-9][A-Za-z0-9._:-]*$"
        && $.currency like_regex "^[A-Z][A-Z][A-Z]$"
        && $.amount >= 1 && $.amount <= 9007199254740991
        && ((exists ($.fee)) is unknown || ($.fee >= 0 && $.fee <= 9007199254740991))
        && ((exists ($.provider)) is unknown || $.provider like_regex "^[]!#-[^-~]+$")
        && ((exists ($.metadata)) is unknown || $.metadata.type() == "object")
        && $.occurred_at like_regex "^2([0-9T:]|-(0[1-9]|[1-9]))+Z$"
        && exists ($.occurred_at.datetime("YYYY-MM-DD\"T\"HH24:MI:SS\"Z\""))
    '
    and p_event ->> 'occurred_at' like '____-__-__T__:__:__Z'
    and concat(p_event -> 'amount', p_event -> 'fee') not like '%.%';
$_$;

COMMENT ON FUNCTION ledger.is_plain_event(p_event jsonb) IS 'Whether a processor event is written the usual way, so that a closer look is not needed.';

CREATE FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) RETURNS ledger.account_balances
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.lock_account(2)
 *     Locks a restaurant's account until the end of the transaction. Whoever writes entries holds
 *     this lock; it gives them their order.
 *
 *     The order of locks, for every writer:
 *     1. accounts, by (restaurant_id, currency); one that is missing is opened at its place. A
 *        single event that is plain locks its account by moving it: ledger.write_event;
 *     2. advisory locks on event ids, by number: ledger.lock_events, arrays only, because a single
 *        event claims one id and then waits for nothing;
 *     3. event ids, by insertion into ledger.processor_events.
 *     Restaurants' settings are read without a lock.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 * Returns:
 *     the account as it is under the lock; null if there is none
 * Locks:  ledger.account_balances, one row, for no key update
 */
declare
    v_account ledger.account_balances;
begin
    select b.*
    into v_account
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency
    for no key update;
    return v_account;
end;
$$;

COMMENT ON FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) IS 'Locks a restaurant''s account until the end of the transaction; says the order of all locks.';

CREATE FUNCTION ledger.lock_events(p_events ledger.event_input[], p_now timestamp with time zone) RETURNS ledger.event_input[]
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.lock_events(2)
 *     Takes every lock that posting an array needs, before its first event is posted, in the order
 *     that ledger.lock_account lays down: accounts by key, then event ids. Without the second, two
 *     arrays that name the same ids for different restaurants could wait for each other.
 * Parameters:
 *     p_events  - the events as read; those that are not valid, or in the book already,
 *                 lock nothing
 *     p_now     - the clock
 * Returns:
 *     the events; those whose account is missing and not theirs to open are refused already,
 *     because another session could open it, and it would then be locked out of turn
 * Calls:  ledger.lock_account, ledger.open_account, ledger.admit_event
 * Reads:  ledger.processor_events, ledger.posting_rules, ledger.currencies
 * Locks:  the accounts; advisory locks on the event ids until the end of the transaction
 */
declare
    v_account ledger.account_balances;
    v_item_no integer;
    r_account record;
begin
    for r_account in
        select
            f.restaurant_id,
            f.currency,
            bool_or(f.may_open and f.turn = 1) as may_open,
            array_agg(f.item_no) filter (where f.is_first and not f.may_open) as refused_items
        from (
            select
                n.restaurant_id,
                n.currency,
                n.item_no,
                n.may_open,
                row_number() over (
                    partition by n.provider, n.event_id order by n.item_no
                ) = 1 as is_first,
                -- Of the items with one id only the first that may post opens an account.
                row_number() over (
                    partition by n.provider, n.event_id
                    order by n.may_open desc, n.item_no
                ) as turn
            from (
                select
                    e.provider,
                    e.event_id,
                    e.restaurant_id,
                    e.currency,
                    e.ordinality as item_no,
                    r.amount_entry is not null
                    and (e.fee = 0 or r.fee_entry is not null)
                    and c.currency is not null as may_open
                from unnest(p_events) with ordinality as e
                left join ledger.posting_rules as r
                    on e.event_type = r.event_type and r.payout_status = 'NONE'
                left join ledger.currencies as c on e.currency = c.currency
                where e.code is null
                    and not exists (
                        select
                        from ledger.processor_events as k
                        where k.provider = e.provider
                            and k.event_id = e.event_id
                    )
            ) as n
        ) as f
        group by f.restaurant_id, f.currency
        order by f.restaurant_id, f.currency
    loop
        v_account := ledger.lock_account(r_account.restaurant_id, r_account.currency);
        if v_account.restaurant_id is null and r_account.may_open then
            perform ledger.open_account(r_account.restaurant_id, r_account.currency, p_now);
            perform ledger.lock_account(r_account.restaurant_id, r_account.currency);
        elsif v_account.restaurant_id is null then
            foreach v_item_no in array coalesce(r_account.refused_items, '{}') loop
                p_events[v_item_no] := ledger.admit_event(p_events[v_item_no], p_now);
            end loop;
        end if;
    end loop;

    perform pg_advisory_xact_lock(h.id_hash)
    from (
        select distinct hashtextextended(e.provider || ' ' || e.event_id, 595902) as id_hash
        from unnest(p_events) as e
        where e.code is null
        order by id_hash
    ) as h;
    return p_events;
end;
$$;

COMMENT ON FUNCTION ledger.lock_events(p_events ledger.event_input[], p_now timestamp with time zone) IS 'Takes every lock that posting an array needs, in one order.';

CREATE FUNCTION ledger.move_payout(p_event ledger.event_input) RETURNS void
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.move_payout(1)
 *     Gives a payout the status that an event reports, after the event's entries were written.
 * Parameters:
 *     p_event  - the event with the payout's id, admitted under the account's lock
 * Reads:  ledger.event_types
 * Writes: ledger.payouts
 */
begin
    update ledger.payouts as p
    set
        status = t.payout_status,
        paid_at = case when t.payout_status = 'PAID' then p_event.occurred_at else p.paid_at end,
        failed_at = case when t.payout_status = 'FAILED' then p_event.occurred_at end,
        failure_reason = case
            when t.payout_status = 'FAILED'
                then left(p_event.payload -> 'metadata' ->> 'failure_reason', 500)
        end
    from ledger.event_types as t
    where p.restaurant_id = p_event.restaurant_id
        and p.payout_id = p_event.payout_id
        and t.event_type = p_event.event_type;
end;
$$;

COMMENT ON FUNCTION ledger.move_payout(p_event ledger.event_input) IS 'Gives a payout the status that an event reports.';

CREATE FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.open_account(3)
 *     Opens a restaurant's account in a currency and registers the restaurant with the defaults, if
 *     they are not there yet. Two callers at once open one account.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_now            - the clock
 * Writes: ledger.restaurants, ledger.account_balances
 * Locks:  waits for another transaction that opens the same; see ledger.lock_account
 */
begin
    insert into ledger.restaurants (restaurant_id, created_at)
    values (p_restaurant_id, p_now)
    on conflict do nothing;

    insert into ledger.account_balances (restaurant_id, currency)
    values (p_restaurant_id, p_currency)
    on conflict do nothing;
end;
$$;

COMMENT ON FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) IS 'Opens a restaurant''s account in a currency, if it is not there yet.';

CREATE FUNCTION ledger.pick_event_fields(p_event jsonb) RETURNS ledger.event_fields
    LANGUAGE sql STABLE
    AS $$
/*
 * Function: ledger.pick_event_fields(1)
 *     Picks the known fields out of a processor event in one go.
 * Parameters:
 *     p_event  - the document; it has no fault
 * Returns:
 *     the fields, typed; those that may be absent have their defaults
 */
    select jsonb_populate_record(
        row('default', null, null, null, null, null, 0, null)::ledger.event_fields,
        p_event
    );
$$;

COMMENT ON FUNCTION ledger.pick_event_fields(p_event jsonb) IS 'Picks the known fields out of a processor event.';

CREATE FUNCTION ledger.post_event(p_restaurant_id text, p_event ledger.event_input, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.post_event(3)
 *     The one posting path: takes one event of one restaurant, whether it came alone, in an array
 *     or by a replay, claims its id, writes its entries and moves the account.
 * Parameters:
 *     p_restaurant_id  - the event's restaurant, first, so that a cluster can route the call
 *     p_event          - the event as ledger.read_event gives it
 *     p_now            - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict or rejected
 * Calls:  ledger.reject_event, ledger.answer_known_event, ledger.write_event,
 *         ledger.answer_posted_event, ledger.admit_event, ledger.move_payout
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; an event whose id is in the book locks nothing
 */
declare
    v_event ledger.event_input;
    v_answer ledger.event_answer;
    v_entries integer;
begin
    if p_event.code is not null then
        return ledger.reject_event(p_event, 'rejected', p_now);
    end if;
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if found then
        return ledger.answer_known_event(p_event, p_now);
    end if;

    v_entries := ledger.write_event(p_event, p_now);
    if v_entries >= 0 then
        return ledger.answer_posted_event(p_event, v_entries, 'processed', p_now);
    elsif v_entries = -1 then
        -- Posted by another session after the look above: look again, with a new snapshot.
        return ledger.post_event(p_restaurant_id, p_event, p_now);
    end if;

    v_event := ledger.admit_event(p_event, p_now);
    -- What was decided under the lock may be the work of this very event, sent by another session.
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if found then
        return ledger.answer_known_event(p_event, p_now);
    elsif v_event.code is not null then
        return ledger.reject_event(v_event, 'rejected', p_now);
    end if;
    v_answer := ledger.post_event(p_restaurant_id, v_event, p_now);
    if v_answer.entries > 0 and v_answer.status = 'processed' and v_event.payout_id is not null then
        perform ledger.move_payout(v_event);
    end if;
    return v_answer;
end;
$$;

COMMENT ON FUNCTION ledger.post_event(p_restaurant_id text, p_event ledger.event_input, p_now timestamp with time zone) IS 'The one posting path: posts one event of one restaurant, at most once.';

CREATE FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
/*
 * Function: ledger.read_cursor(2)
 *     Reads the cursor of a list, which is opaque to callers: the key of the last row, in
 *     hexadecimal.
 * Parameters:
 *     p_cursor   - as a row of the list gave it; null: from the start
 *     p_pattern  - regular expression of the key
 * Returns:
 *     the key; null from the start
 * Raises:
 *     LBCUR  it is not a cursor of this list
 */
declare
    v_key text;
begin
    if p_cursor is null then
        return null;
    end if;
    -- Only visible ASCII, so that decoding and converting cannot fail.
    if p_cursor ~ '^([2-7][0-9a-f])+$' then
        v_key := convert_from(decode(p_cursor, 'hex'), 'UTF8');
    end if;
    if (v_key ~ p_pattern) is not true then
        raise exception 'cursor is not one of this list'
            using errcode = 'LBCUR', constraint = 'CURSOR_INVALID', detail = 'argument=cursor',
                hint = 'Leave it out to begin at the start.';
    end if;
    return v_key;
end;
$_$;

COMMENT ON FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) IS 'Reads the cursor of a list.';

CREATE FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) RETURNS ledger.event_input
    LANGUAGE plpgsql STABLE
    AS $$
/*
 * Function: ledger.read_event(2)
 *     Reads a processor event: whatever can be said without the book. Every operator in PL/pgSQL is
 *     prepared anew in each transaction, so there are few here.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the typed fields; or, if something is wrong, the code and details of the first thing found
 * Calls:  ledger.is_plain_event, ledger.pick_event_fields, ledger.find_event_fault,
 *         ledger.read_invalid_event
 */
declare
    v_fields ledger.event_fields := case
        when ledger.is_plain_event(p_event) then ledger.pick_event_fields(p_event)
    end;
    v_code text;
begin
    if (
        v_fields.occurred_at <= p_now
        and greatest(
            octet_length(v_fields.event_id), octet_length(v_fields.provider),
            octet_length(v_fields.restaurant_id)
        ) <= 64
    ) is not true then
        v_code := ledger.find_event_fault(p_event, p_now);
        if v_code is not null then
            return ledger.read_invalid_event(p_event, v_code);
        end if;
        v_fields := ledger.pick_event_fields(p_event);
        v_fields.currency := upper(v_fields.currency collate "C");
    end if;

    return row(
        v_fields.provider, v_fields.event_id, v_fields.event_type, v_fields.restaurant_id,
        v_fields.currency, v_fields.amount, v_fields.fee, v_fields.occurred_at, null, p_event,
        'NONE', null, null
    )::ledger.event_input;
end;
$$;

COMMENT ON FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) IS 'Reads a processor event: the typed fields, or what is wrong with it.';

CREATE FUNCTION ledger.read_invalid_event(p_event jsonb, p_code text) RETURNS ledger.event_input
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
/*
 * Function: ledger.read_invalid_event(2)
 *     What can be kept of an event that is not valid: its ids as far as they are good, and what is
 *     wrong with it.
 * Parameters:
 *     p_event  - the document
 *     p_code   - what is wrong with it
 * Returns:
 *     provider, event_id, restaurant_id, event_type, payload, code; details with the missing field
 */
declare
    v_event ledger.event_input;
    v_field text;
begin
    v_event.payload := p_event;
    v_event.code := p_code;
    if p_code = 'EVENT_NOT_OBJECT' then
        return v_event;
    end if;
    v_event.provider := case
        when not p_event ? 'provider' then 'default'
        when jsonb_typeof(p_event -> 'provider') = 'string'
            then substring(p_event ->> 'provider', '^[]!#-[^-~]{1,64}$')
    end;
    v_event.event_id := case
        when jsonb_typeof(p_event -> 'event_id') = 'string'
            then substring(p_event ->> 'event_id', '^[]!#-[^-~]{1,128}$')
    end;
    v_event.restaurant_id := case
        when jsonb_typeof(p_event -> 'restaurant_id') = 'string'
            then substring(p_event ->> 'restaurant_id', '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$')
    end;
    -- A field that is null is missing.
    foreach v_field in array array[
        'event_id', 'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount'
    ] loop
        if p_event ->> v_field is null then
            v_event.code := 'FIELD_MISSING';
            v_event.details := jsonb_build_object('field', v_field);
            exit;
        end if;
    end loop;
    v_event.event_type := case
        when jsonb_typeof(p_event -> 'event_type') = 'string'
            then left(p_event ->> 'event_type', 128)
    end;
    return v_event;
end;
$_$;

COMMENT ON FUNCTION ledger.read_invalid_event(p_event jsonb, p_code text) IS 'What can be kept of an event that is not valid.';

CREATE FUNCTION ledger.reject_event(p_event ledger.event_input, p_status text, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.reject_event(3)
 *     Keeps an event that posts nothing, with its reason, and answers so.
 * Parameters:
 *     p_event   - the event with its code, and details if there is more to say than the field
 *     p_status  - rejected, or conflict: its id was used with other content
 *     p_now     - the clock
 * Returns:
 *     the answer
 * Reads:  ledger.rejection_reasons
 * Writes: ledger.event_rejections
 */
declare
    v_answer ledger.event_answer;
begin
    insert into ledger.event_rejections (
        received_at, restaurant_id, provider, event_id, status, code, message, details, payload
    )
    select
        p_now,
        coalesce(p_event.restaurant_id, ''),
        p_event.provider,
        p_event.event_id,
        p_status,
        r.code,
        format(r.message, p_event.details ->> 'field'),
        nullif(
            jsonb_strip_nulls(jsonb_build_object('field', r.field))
            || coalesce(p_event.details, '{}'),
            '{}'
        ),
        p_event.payload
    from ledger.rejection_reasons as r
    where r.code = p_event.code
    returning
        status, event_id, provider, p_event.restaurant_id, p_event.currency, p_event.event_type, 0,
        code, message, details, received_at
    into strict v_answer;
    return v_answer;
end;
$$;

COMMENT ON FUNCTION ledger.reject_event(p_event ledger.event_input, p_status text, p_now timestamp with time zone) IS 'Keeps an event that posts nothing, with its reason, and answers so.';

CREATE FUNCTION ledger.require_currency(p_currency text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
/*
 * Function: ledger.require_currency(1)
 *     The currency that an argument names, in upper case.
 * Parameters:
 *     p_currency  - ISO 4217 code, in either case
 * Returns:
 *     the code
 * Raises:
 *     LBARG  the argument is missing
 *     LUCUR  there is no such currency
 * Reads:  ledger.currencies
 */
declare
    v_currency constant text := upper(p_currency collate "C");
begin
    if p_currency is null then
        raise exception 'currency is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=currency';
    elsif not exists (
        select
        from ledger.currencies as c
        where c.currency = v_currency
    ) then
        raise exception 'currency % is none of ISO 4217', quote_literal(left(p_currency, 20))
            using errcode = 'LUCUR', constraint = 'CURRENCY_UNKNOWN',
                detail = format('currency=%s', left(p_currency, 20));
    end if;
    return v_currency;
end;
$$;

COMMENT ON FUNCTION ledger.require_currency(p_currency text) IS 'The currency that an argument names, in upper case.';

CREATE FUNCTION ledger.require_limit(p_limit integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE
    AS $$
/*
 * Function: ledger.require_limit(1)
 *     Checks how many rows a list may return.
 * Parameters:
 *     p_limit  - 1 to 500
 * Returns:
 *     p_limit
 * Raises:
 *     LBLIM  it is missing or out of range
 */
begin
    if (p_limit between 1 and 500) is not true then
        raise exception 'limit must be from 1 to 500'
            using errcode = 'LBLIM', constraint = 'LIMIT_INVALID',
                detail = format('limit=%s', p_limit);
    end if;
    return p_limit;
end;
$$;

COMMENT ON FUNCTION ledger.require_limit(p_limit integer) IS 'Checks how many rows a list may return.';

CREATE FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
/*
 * Function: ledger.require_payout_run(5)
 *     Checks the arguments of api.run_payouts.
 * Parameters:
 *     p_currency, p_as_of, p_min_amount, p_dry_run  - its arguments
 *     p_now                                         - the clock
 * Returns:
 *     the currency in upper case
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come, neither in UTC nor for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_currency, ledger.business_day
 * Reads:  ledger.restaurants
 */
declare
    v_missing constant text := case
        when p_as_of is null then 'as_of'
        when p_min_amount is null then 'min_amount'
        when p_dry_run is null then 'dry_run'
    end;
    v_currency constant text := ledger.require_currency(p_currency);
    v_today date;
begin
    if v_missing is not null then
        raise exception '% is missing', v_missing
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format('argument=%s', v_missing);
    elsif not isfinite(p_as_of) then
        raise exception 'as_of must be a calendar day'
            using errcode = 'LBDAT', constraint = 'AS_OF_INVALID',
                detail = format('as_of=%s', p_as_of);
    elsif (p_min_amount between 0 and 9007199254740991) is not true then
        raise exception 'min_amount must be from 0 to 9007199254740991 minor units'
            using errcode = 'LUMIN', constraint = 'MIN_AMOUNT_INVALID',
                detail = format('min_amount=%s', p_min_amount);
    end if;

    v_today := (p_now at time zone 'UTC')::date;
    if p_as_of > v_today then
        select greatest(v_today, max(ledger.business_day(p_now, z.timezone, z.day_close_hour)))
        into v_today
        from (
            select distinct
                r.timezone,
                r.day_close_hour
            from ledger.restaurants as r
        ) as z;
    end if;
    if p_as_of > v_today then
        raise exception 'as_of % lies in the future', p_as_of
            using errcode = 'LUFUT', constraint = 'AS_OF_IN_FUTURE',
                detail = format('as_of=%s, today=%s', p_as_of, v_today);
    end if;
    return v_currency;
end;
$$;

COMMENT ON FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) IS 'Checks the arguments of api.run_payouts.';

CREATE TABLE ledger.restaurants (
    restaurant_id text NOT NULL,
    timezone text DEFAULT 'America/Lima'::text NOT NULL,
    day_close_hour smallint DEFAULT 0 NOT NULL,
    settlement_delay_days smallint DEFAULT 0 NOT NULL,
    is_payouts_paused boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT restaurants_day_close_hour_range_check CHECK (((day_close_hour >= 0) AND (day_close_hour <= 7))),
    CONSTRAINT restaurants_restaurant_id_format_check CHECK ((restaurant_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'::text)),
    CONSTRAINT restaurants_settlement_delay_range_check CHECK (((settlement_delay_days >= 0) AND (settlement_delay_days <= 60)))
);

COMMENT ON TABLE ledger.restaurants IS 'Restaurants the platform collects for. One that an event names first is registered with the defaults.';

COMMENT ON COLUMN ledger.restaurants.timezone IS 'IANA name; says to which day an event belongs.';

COMMENT ON COLUMN ledger.restaurants.day_close_hour IS 'Local hour at which the business day ends: 3 books what happens at 2 a.m. to the evening before.';

COMMENT ON COLUMN ledger.restaurants.settlement_delay_days IS 'Days between the business day of money in and the day on which it is available.';

CREATE FUNCTION ledger.require_restaurant(p_restaurant_id text) RETURNS ledger.restaurants
    LANGUAGE plpgsql STABLE
    AS $$
/*
 * Function: ledger.require_restaurant(1)
 *     The restaurant that an argument names.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 * Returns:
 *     its row
 * Raises:
 *     LBARG  the argument is missing
 *     LNRES  there is no such restaurant
 * Reads:  ledger.restaurants
 */
declare
    v_restaurant ledger.restaurants;
begin
    if p_restaurant_id is null then
        raise exception 'restaurant_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=restaurant_id';
    end if;
    select r.*
    into v_restaurant
    from ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id;

    if not found then
        raise exception 'restaurant % does not exist', quote_literal(left(p_restaurant_id, 64))
            using errcode = 'LNRES', constraint = 'RESTAURANT_NOT_FOUND',
                detail = format('restaurant_id=%s', left(p_restaurant_id, 64)),
                hint = 'A restaurant is registered by its first event or by set_restaurant.';
    end if;
    return v_restaurant;
end;
$$;

COMMENT ON FUNCTION ledger.require_restaurant(p_restaurant_id text) IS 'The restaurant that an argument names.';

CREATE FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $_$
/*
 * Function: ledger.require_settings(4)
 *     Checks the arguments of api.set_restaurant.
 * Parameters:
 *     p_restaurant_id, p_timezone, p_day_close_hour, p_settlement_delay_days  - its arguments
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LURID  it is not an id
 *     LUTZN  the time zone is not known
 *     LUHRS  the hour is out of range
 *     LUDLY  the delay is out of range
 * Reads:  pg_catalog.pg_timezone_names
 */
begin
    if p_restaurant_id is null then
        raise exception 'restaurant_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=restaurant_id';
    elsif p_restaurant_id !~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' then
        raise exception 'restaurant_id must be 1 to 64 letters, digits or . _ : -'
            using errcode = 'LURID', constraint = 'RESTAURANT_ID_INVALID',
                detail = format('restaurant_id=%s', left(p_restaurant_id, 64));
    elsif p_timezone is not null and not exists (
        select
        from pg_catalog.pg_timezone_names as z
        where z.name = p_timezone
    ) then
        raise exception 'time zone % is not known', quote_literal(left(p_timezone, 64))
            using errcode = 'LUTZN', constraint = 'TIMEZONE_UNKNOWN',
                detail = format('timezone=%s', left(p_timezone, 64)),
                hint = 'Use an IANA name such as America/Lima.';
    elsif p_day_close_hour not between 0 and 7 then
        raise exception 'day_close_hour must be from 0 to 7'
            using errcode = 'LUHRS', constraint = 'DAY_CLOSE_HOUR_INVALID',
                detail = format('day_close_hour=%s', p_day_close_hour);
    elsif p_settlement_delay_days not between 0 and 60 then
        raise exception 'settlement_delay_days must be from 0 to 60'
            using errcode = 'LUDLY', constraint = 'SETTLEMENT_DELAY_INVALID',
                detail = format('settlement_delay_days=%s', p_settlement_delay_days);
    end if;
end;
$_$;

COMMENT ON FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) IS 'Checks the arguments of api.set_restaurant.';

CREATE FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date, p_today date, p_payout_id text) RETURNS TABLE(amount bigint, items ledger.payout_items[], later bigint, pending bigint)
    LANGUAGE sql STABLE
    AS $$
/*
 * Function: ledger.sum_payout(6)
 *     The entries of one account that are not closed yet. The cost does not grow with the book.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_first_day      - the first settlement day that is open
 *     p_as_of          - the last settlement day to pay
 *     p_today          - the restaurant's business day
 *     p_payout_id      - the payout that the items are for
 * Returns:
 *     one row, in minor units
 *     amount   - what the entries up to as_of come to
 *     items    - the same by kind
 *     later    - what those after as_of come to
 *     pending  - what of those is not available yet: it settles after today, and so after as_of
 * Reads:  ledger.ledger_entries, ledger.entry_types
 */
    select
        coalesce(sum(g.amount), 0)::bigint,
        array_agg(
            row(g.amount, g.entry_count, p_restaurant_id, p_payout_id, g.payout_item)
            ::ledger.payout_items
        ) filter (where g.amount <> 0),
        coalesce(sum(g.later), 0)::bigint,
        coalesce(sum(g.pending), 0)::bigint
    from (
        select
            t.payout_item,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day <= p_as_of) as amount,
            count(*) filter (where e.settlement_day <= p_as_of) as entry_count,
            sum(t.balance_effect * e.amount) filter (where e.settlement_day > p_as_of) as later,
            sum(t.balance_effect * e.amount) filter (
                where e.settlement_day > p_as_of
                and t.may_be_pending
                and e.available_on > p_today
            ) as pending
        from ledger.ledger_entries as e
        inner join ledger.entry_types as t on e.entry_type = t.entry_type
        where e.restaurant_id = p_restaurant_id
            and e.currency = p_currency
            and e.settlement_day >= p_first_day
            and t.balance_effect <> 0
        group by t.payout_item
    ) as g;
$$;

COMMENT ON FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date, p_today date, p_payout_id text) IS 'What the entries of one account that are not closed yet come to.';

CREATE FUNCTION ledger.tg_account_balances__follow_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_account_balances__follow_entries(0)
 *     Lets an account move by the entries inserted since, and by nothing else, whoever updates it:
 *     their numbers follow without a gap, the balances change by their amounts, their days are
 *     open. ledger.write_event says by cuenta.is_posting that it moves the account first and then
 *     inserts the very entries; everybody else inserts first.
 * Raises:
 *     LXBAL  the account would differ from its entries
 * Reads:  ledger.ledger_entries, ledger.entry_types
 */
declare
    v_new record;
begin
    if current_setting('cuenta.is_posting', true) = 'on' then
        return new;
    end if;

    -- A range with two ends: an open one would be planned anew at every call.
    select
        count(*) as entries,
        max(e.entry_seq) as last_entry_seq,
        sum(t.balance_effect * e.amount) as balance_change,
        sum(t.reserved_effect * e.amount) as reserved_change,
        sum(t.held_effect * e.amount) as held_change,
        min(e.recorded_at) as first_recorded_at,
        max(e.recorded_at) as last_recorded_at,
        min(e.settlement_day) as settlement_day
    into v_new
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where e.restaurant_id = new.restaurant_id
        and e.currency = new.currency
        and e.entry_seq between old.last_entry_seq + 1 and new.last_entry_seq;

    if (
        new.last_entry_seq = old.last_entry_seq + v_new.entries
        and new.last_entry_seq = v_new.last_entry_seq
        and new.balance = old.balance + v_new.balance_change
        and new.reserved = old.reserved + v_new.reserved_change
        and new.held = old.held + v_new.held_change
        and new.last_entry_at = v_new.last_recorded_at
        and v_new.first_recorded_at >= coalesce(old.last_entry_at, '-infinity')
        and v_new.settlement_day > old.closed_through
    ) is not true then
        raise exception 'the account of % in % moves with its entries only',
            new.restaurant_id, new.currency
            using errcode = 'LXBAL', constraint = 'BALANCE_NOT_FROM_ENTRIES',
                detail = format('restaurant_id=%s, currency=%s', new.restaurant_id, new.currency),
                hint = 'Money is moved by the functions of schema api.';
    end if;
    return new;
end;
$$;

COMMENT ON FUNCTION ledger.tg_account_balances__follow_entries() IS 'Lets an account move by the entries inserted since, and by nothing else.';

CREATE FUNCTION ledger.tg_any__posting_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_any__posting_only(0)
 *     Refuses what no function of ours does: an account that is opened with money in it, closed
 *     days that are opened again. The trigger's condition says what.
 * Raises:
 *     LXPST  always
 */
begin
    raise exception '%.% is written by the posting functions only', tg_table_schema, tg_table_name
        using errcode = 'LXPST', constraint = 'POSTING_ONLY',
            detail = format(
                'table=%s.%s, operation=%s', tg_table_schema, tg_table_name, lower(tg_op)
            ),
            hint = 'Money is moved by the functions of schema api.';
end;
$$;

COMMENT ON FUNCTION ledger.tg_any__posting_only() IS 'Refuses what no posting function does; the trigger''s condition says what.';

CREATE FUNCTION ledger.tg_any__refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_any__refuse(0)
 *     Refuses the statement: on tables of recorded facts that nobody may update, delete or
 *     truncate, their owner and superusers included.
 * Raises:
 *     LCAPP  always
 */
begin
    raise exception 'rows of %.% are recorded facts: % is refused',
        tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'LCAPP', constraint = 'APPEND_ONLY',
            detail = format(
                'table=%s.%s, operation=%s', tg_table_schema, tg_table_name, lower(tg_op)
            ),
            hint = 'A correction is a new entry.';
end;
$$;

COMMENT ON FUNCTION ledger.tg_any__refuse() IS 'Refuses to update, delete or truncate recorded facts.';

CREATE FUNCTION ledger.tg_ledger_entries__posting_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_ledger_entries__posting_only(0)
 *     Refuses entries that do not come from the functions that move the account with them,
 *     ledger.write_event and ledger.write_payouts: they set cuenta.is_posting around their writing.
 *     The condition stands here and not in the trigger, where it would be parsed at every call.
 * Raises:
 *     LXPST  the entry would leave its account behind
 */
begin
    if current_setting('cuenta.is_posting', true) is distinct from 'on' then
        raise exception 'ledger.ledger_entries is written by the posting functions only'
            using errcode = 'LXPST', constraint = 'POSTING_ONLY',
                detail = format('table=ledger.ledger_entries, operation=%s', lower(tg_op)),
                hint = 'Money is moved by the functions of schema api.';
    end if;
    return null;
end;
$$;

COMMENT ON FUNCTION ledger.tg_ledger_entries__posting_only() IS 'Refuses entries that do not come from the functions that move the account with them.';

CREATE FUNCTION ledger.tg_payout_items__complete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_payout_items__complete(0)
 *     At the end of the statement that inserts items: those of each payout add up to its amount. So
 *     none can be added later.
 * Raises:
 *     LXPAY  they do not
 * Reads:  ledger.payouts, ledger.payout_items
 */
declare
    v_payout record;
begin
    -- As in ledger.tg_payouts__complete, subqueries and no join.
    select
        w.restaurant_id,
        w.payout_id
    into v_payout
    from (
        select distinct
            n.restaurant_id,
            n.payout_id
        from written as n
    ) as w
    where (
            select p.amount
            from ledger.payouts as p
            where p.restaurant_id = w.restaurant_id
                and p.payout_id = w.payout_id
        ) is distinct from (
            select sum(i.amount)::bigint
            from ledger.payout_items as i
            where i.restaurant_id = w.restaurant_id
                and i.payout_id = w.payout_id
        )
    limit 1;

    if found then
        raise exception 'the items of payout % do not add up to its amount', v_payout.payout_id
            using errcode = 'LXPAY', constraint = 'PAYOUT_INCOMPLETE',
                detail = format(
                    'restaurant_id=%s, payout_id=%s', v_payout.restaurant_id, v_payout.payout_id
                ),
                hint = 'Payouts are written by run_payouts.';
    end if;
    return null;
end;
$$;

COMMENT ON FUNCTION ledger.tg_payout_items__complete() IS 'Holds the items of a payout equal to its amount, when they are inserted.';

CREATE FUNCTION ledger.tg_payouts__complete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_payouts__complete(0)
 *     At the end of the statement that inserts payouts: the items of each add up to its amount, and
 *     that amount is reserved. So one statement writes all of a payout.
 * Raises:
 *     LXPAY  they do not
 * Reads:  ledger.payout_items, ledger.ledger_entries
 */
declare
    v_payout record;
begin
    -- Subqueries of one value each, which are always answered from an index; a join could be
    -- planned while the tables are small, and be slow after the first million rows.
    select
        w.restaurant_id,
        w.payout_id
    into v_payout
    from written as w
    where w.amount is distinct from (
            select sum(i.amount)::bigint
            from ledger.payout_items as i
            where i.restaurant_id = w.restaurant_id
                and i.payout_id = w.payout_id
        )
        or w.amount is distinct from (
            select e.amount
            from ledger.ledger_entries as e
            where e.restaurant_id = w.restaurant_id
                and e.currency = w.currency
                and e.entry_seq = w.reserve_entry_seq
                and e.payout_id = w.payout_id
                and e.entry_type = 'PAYOUT_RESERVE'
        )
    limit 1;

    if found then
        raise exception 'payout % is not the sum of its items, or is not reserved',
            v_payout.payout_id
            using errcode = 'LXPAY', constraint = 'PAYOUT_INCOMPLETE',
                detail = format(
                    'restaurant_id=%s, payout_id=%s', v_payout.restaurant_id, v_payout.payout_id
                ),
                hint = 'Payouts are written by run_payouts.';
    end if;
    return null;
end;
$$;

COMMENT ON FUNCTION ledger.tg_payouts__complete() IS 'Holds a payout equal to the sum of its items and to its reserve, when it is inserted.';

CREATE FUNCTION ledger.tg_payouts__guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.tg_payouts__guard(0)
 *     Lets a payout change its status along the allowed ways only, and nothing else but when and
 *     why.
 * Raises:
 *     LCTRN  another change
 */
begin
    if (
            new.restaurant_id, new.payout_id, new.currency, new.as_of, new.amount,
            new.reserve_entry_seq, new.run_id, new.created_at
        ) is not distinct from (
            old.restaurant_id, old.payout_id, old.currency, old.as_of, old.amount,
            old.reserve_entry_seq, old.run_id, old.created_at
        )
        and (old.status, new.status) in (
            ('CREATED', 'PAID'), ('CREATED', 'FAILED'), ('CREATED', 'CANCELED'), ('PAID', 'FAILED')
        )
    then
        return new;
    end if;
    raise exception 'payout % cannot be changed so', old.payout_id
        using errcode = 'LCTRN', constraint = 'PAYOUT_CHANGE_REFUSED',
            detail = format(
                'payout_id=%s, status=%s, new_status=%s', old.payout_id, old.status, new.status
            ),
            hint = 'A payout changes by the events about it.';
end;
$$;

COMMENT ON FUNCTION ledger.tg_payouts__guard() IS 'Lets a payout change its status along the allowed ways only.';

CREATE FUNCTION ledger.undo_move(p_event ledger.event_input, p_change bigint, p_reserved_change bigint, p_entry_seq bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.undo_move(4)
 *     Moves an account back, in the transaction that moved it, because another session was faster
 *     with the event's id. Nobody has seen the move: the account was locked by it.
 * Parameters:
 *     p_event            - the event; nothing of it is in the book
 *     p_change           - what was added to the balance; null: the account was not moved
 *     p_reserved_change  - what was added to the reserved money
 *     p_entry_seq        - the number of the account's last entry
 * Reads:  ledger.ledger_entries, ledger.processor_events
 * Writes: ledger.account_balances
 */
begin
    update ledger.account_balances as b
    set
        balance = b.balance - p_change,
        reserved = b.reserved - p_reserved_change,
        last_entry_seq = p_entry_seq,
        last_entry_at = (
            select e.recorded_at
            from ledger.ledger_entries as e
            where e.restaurant_id = p_event.restaurant_id
                and e.currency = p_event.currency
                and e.entry_seq = p_entry_seq
        ),
        -- Only if it could be the event's own has the time before to be looked for; mostly the
        -- faster one was the same event.
        last_event_at = case
            when b.last_event_at > p_event.occurred_at or exists (
                select
                from ledger.processor_events as e
                where e.provider = p_event.provider
                    and e.event_id = p_event.event_id
                    and e.restaurant_id = p_event.restaurant_id
                    and e.currency = p_event.currency
                    and e.occurred_at = p_event.occurred_at
                    and e.entry_count > 0
            )
                then b.last_event_at
            else (
                select max(e.occurred_at)
                from ledger.processor_events as e
                where e.restaurant_id = p_event.restaurant_id
                    and e.currency = p_event.currency
                    and e.entry_count > 0
            )
        end
    where b.restaurant_id = p_event.restaurant_id
        and b.currency = p_event.currency
        and p_change is not null;
end;
$$;

COMMENT ON FUNCTION ledger.undo_move(p_event ledger.event_input, p_change bigint, p_reserved_change bigint, p_entry_seq bigint) IS 'Moves an account back by an event that another session has posted meanwhile.';

CREATE FUNCTION ledger.write_cursor(p_key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
/*
 * Function: ledger.write_cursor(1)
 *     The cursor of a row of a list; see ledger.read_cursor.
 * Parameters:
 *     p_key  - the row's key in the list's order
 * Returns:
 *     the cursor
 */
    select pg_catalog.encode(pg_catalog.convert_to(p_key, 'UTF8'), 'hex');
$$;

COMMENT ON FUNCTION ledger.write_cursor(p_key text) IS 'The cursor of a row of a list.';

CREATE FUNCTION ledger.write_event(p_event ledger.event_input, p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.write_event(2)
 *     Moves the account of an event, claims the event's id, and writes the event with its entries.
 *     The update that moves the account is the lock: what it adds, it adds to the row as it is
 *     after waiting. What cannot post is seen before the claim, which cannot be taken back.
 * Parameters:
 *     p_event  - the event; payout_status says which rule applies, null: there is nothing to post
 *     p_now    - the clock
 * Returns:
 *     the number of entries; null if the event is not plain: there is no such account or rule, or
 *     the balance would be too large; -1 if the id was taken meanwhile. Then nothing is written
 * Calls:  ledger.business_day, ledger.undo_move
 * Reads:  ledger.posting_rules, ledger.restaurants
 * Writes: ledger.account_balances, ledger.processor_events, ledger.ledger_entries
 * Locks:  the account, then the event id; see ledger.lock_account
 */
declare
    v_posting text;
    v_entries integer;
    v_amount_entry text;
    v_fee_entry text;
    v_change bigint;
    v_fee_change bigint;
    v_reserved_change bigint;
    v_day date;
    v_delay integer;
    v_balance bigint;
    v_reserved bigint;
    v_seq bigint;
    v_recorded_at timestamptz;
    v_closed_through date;
    v_event_no bigint;
begin
    select
        set_config('cuenta.is_posting', 'on', true),
        case when p_event.fee = 0 then 1 else 2 end,
        r.amount_entry,
        r.fee_entry,
        r.amount_balance_effect * p_event.amount + coalesce(r.fee_balance_effect * p_event.fee, 0),
        r.fee_balance_effect * p_event.fee,
        r.amount_reserved_effect * p_event.amount,
        ledger.business_day(p_event.occurred_at, s.timezone, s.day_close_hour),
        case when r.is_delayed then s.settlement_delay_days else 0 end
    into
        v_posting, v_entries, v_amount_entry, v_fee_entry, v_change, v_fee_change,
        v_reserved_change, v_day, v_delay
    from ledger.posting_rules as r
    cross join ledger.restaurants as s
    where r.event_type = p_event.event_type
        and r.payout_status = p_event.payout_status
        and (p_event.fee = 0 or r.fee_entry is not null)
        and s.restaurant_id = p_event.restaurant_id;
    if found then
        update ledger.account_balances as b
        set
            balance = b.balance + v_change,
            reserved = b.reserved + v_reserved_change,
            last_entry_seq = b.last_entry_seq + v_entries,
            last_entry_at = greatest(b.last_entry_at, p_now),
            last_event_at = greatest(b.last_event_at, p_event.occurred_at)
        where b.restaurant_id = p_event.restaurant_id
            and b.currency = p_event.currency
            and abs(b.balance + v_change) <= 9007199254740991
        returning
            b.balance, b.reserved, b.last_entry_seq - v_entries, b.last_entry_at, b.closed_through
        into v_balance, v_reserved, v_seq, v_recorded_at, v_closed_through;
    end if;
    if not found and p_event.payout_status is not null then
        v_posting := set_config('cuenta.is_posting', 'off', true);
        return null;
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, payout_id, payload
    )
    values (
        p_event.amount, p_event.fee, v_seq + 1, p_event.occurred_at, p_now,
        coalesce(v_entries, 0), p_event.restaurant_id, p_event.currency, p_event.provider,
        p_event.event_id, p_event.event_type, p_event.payout_id, p_event.payload
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;
    if not found then
        perform ledger.undo_move(p_event, v_change, v_reserved_change, v_seq);
        v_posting := set_config('cuenta.is_posting', 'off', true);
        return -1;
    elsif v_entries is null then
        return 0;
    end if;

    insert into ledger.ledger_entries (
        entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
        business_day, available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
    )
    select
        v_seq + n.entry_no, n.amount, n.balance_after, v_reserved, v_event_no,
        p_event.occurred_at, v_recorded_at, v_day, v_day + v_delay,
        greatest(v_day + v_delay, v_closed_through + 1), p_event.restaurant_id, p_event.currency,
        n.entry_type, p_event.payout_id
    from (
        values
        (1, v_amount_entry, p_event.amount, v_balance - coalesce(v_fee_change, 0)),
        (2, v_fee_entry, p_event.fee, v_balance)
    ) as n (entry_no, entry_type, amount, balance_after)
    where n.entry_no <= v_entries;
    v_posting := set_config('cuenta.is_posting', 'off', true);
    return v_entries;
end;
$$;

COMMENT ON FUNCTION ledger.write_event(p_event ledger.event_input, p_now timestamp with time zone) IS 'Moves an account by an event, claims the event''s id and writes its entries.';

CREATE FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) RETURNS TABLE(reason text, restaurants integer, amount bigint)
    LANGUAGE plpgsql
    AS $$
/*
 * Function: ledger.write_payouts(6)
 *     Decides the payouts of some restaurants, each by itself, and writes them, each with its items
 *     and the entry that reserves its amount, or why there is none; all in one statement.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants; the caller has locked the accounts
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_run_id          - the run; null in a dry run, which writes nothing
 *     p_now             - the clock
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.create_payout
 * Writes: ledger.payouts, ledger.payout_items, ledger.payout_skips, ledger.ledger_entries
 */
begin
    perform set_config('cuenta.is_posting', 'on', true);
    -- A payout is held to be complete at the end of the statement that writes it.
    return query
    with created as materialized (
        select
            r.restaurant_id,
            r.payout_id,
            c.*
        from (
            select
                i.restaurant_id,
                'po_' || replace(gen_random_uuid()::text, '-', '') as payout_id
            from unnest(p_restaurant_ids) as i (restaurant_id)
        ) as r
        cross join lateral ledger.create_payout(
            r.restaurant_id, p_currency, p_as_of, p_min_amount, r.payout_id, p_now
        ) as c
    ),

    written as (
        select c.*
        from created as c
        where c.reason is null
            and p_run_id is not null
    ),

    payouts as (
        insert into ledger.payouts (
            amount, reserve_entry_seq, created_at, as_of, restaurant_id, currency, status,
            payout_id, run_id
        )
        select
            w.amount, (w.account).last_entry_seq + 1, p_now, p_as_of, w.restaurant_id, p_currency,
            'CREATED', w.payout_id, p_run_id
        from written as w
    ),

    items as (
        insert into ledger.payout_items (amount, entry_count, restaurant_id, payout_id, item_type)
        select i.amount, i.entry_count, i.restaurant_id, i.payout_id, i.item_type
        from written as w
        cross join lateral unnest(w.items) as i
    ),

    reserves as (
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, occurred_at, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            (w.account).last_entry_seq + 1,
            w.amount,
            (w.account).balance - w.amount,
            (w.account).reserved + w.amount,
            p_now,
            greatest(p_now, (w.account).last_entry_at),
            w.today,
            p_as_of,
            p_as_of,
            w.restaurant_id,
            p_currency,
            'PAYOUT_RESERVE',
            w.payout_id
        from written as w
    ),

    skips as (
        insert into ledger.payout_skips (amount, restaurant_id, run_id, currency, reason)
        select c.amount, c.restaurant_id, p_run_id, p_currency, c.reason
        from created as c
        where c.reason is not null
            and p_run_id is not null
    )

    select
        c.reason,
        count(*)::integer,
        sum(c.amount)::bigint
    from created as c
    group by c.reason;
    perform set_config('cuenta.is_posting', 'off', true);
end;
$$;

COMMENT ON FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) IS 'Writes the payouts of some restaurants in a run.';

CREATE TABLE ledger.accounts (
    account text NOT NULL,
    account_class text NOT NULL,
    normal_side text NOT NULL,
    is_of_restaurant boolean NOT NULL,
    description text NOT NULL,
    CONSTRAINT accounts_class_known_check CHECK ((account_class = ANY (ARRAY['asset'::text, 'liability'::text, 'revenue'::text, 'expense'::text]))),
    CONSTRAINT accounts_normal_side_known_check CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text])))
);

COMMENT ON TABLE ledger.accounts IS 'Chart of accounts. An account of restaurants exists once per restaurant and currency, one of the platform once per currency.';

COMMENT ON COLUMN ledger.accounts.normal_side IS 'The side on which the account grows; its balance is shown positive on that side.';

CREATE TABLE ledger.currencies (
    currency text NOT NULL,
    numeric_code text NOT NULL,
    exponent smallint NOT NULL,
    name text NOT NULL,
    CONSTRAINT currencies_currency_format_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT currencies_exponent_range_check CHECK (((exponent >= 0) AND (exponent <= 4))),
    CONSTRAINT currencies_numeric_code_format_check CHECK ((numeric_code ~ '^[0-9]{3}$'::text))
);

COMMENT ON TABLE ledger.currencies IS 'Currencies of ISO 4217 in which money can be taken. Amounts everywhere are integers in minor units.';

COMMENT ON COLUMN ledger.currencies.exponent IS 'Decimal places of the minor unit: 2 means that 100 minor units are one major unit.';

CREATE TABLE ledger.entry_types (
    entry_type text NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL,
    balance_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_available'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    reserved_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_reserved'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    held_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_held'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    payout_item text,
    may_be_pending boolean DEFAULT false NOT NULL,
    description text NOT NULL,
    CONSTRAINT entry_types_two_accounts_check CHECK ((debit_account <> credit_account))
);

COMMENT ON TABLE ledger.entry_types IS 'Chart of movements: which account an entry of this type debits and which it credits.';

COMMENT ON COLUMN ledger.entry_types.balance_effect IS 'What one minor unit does to the restaurant''s balance (restaurant_available): 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.reserved_effect IS 'What one minor unit does to the money reserved for payouts: 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.held_effect IS 'What one minor unit does to the money held back for disputes: 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.payout_item IS 'The payout item under which entries of this type are summed; null: never inside a payout''s days.';

COMMENT ON COLUMN ledger.entry_types.may_be_pending IS 'Whether entries of this type wait for their available_on: money in and its fee. Money out never does, whatever the clock or the restaurant''s time zone say later.';

CREATE TABLE ledger.event_rejections (
    rejection_no bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL,
    provider text,
    event_id text,
    status text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    details jsonb,
    payload jsonb NOT NULL,
    CONSTRAINT event_rejections_status_known_check CHECK ((status = ANY (ARRAY['rejected'::text, 'conflict'::text])))
);

COMMENT ON TABLE ledger.event_rejections IS 'Every delivery that posted nothing because it was not valid, not allowed, or reused an id: the evidence, and what a replay starts from.';

COMMENT ON COLUMN ledger.event_rejections.restaurant_id IS 'As the event said it; empty when it named no valid one.';

ALTER TABLE ledger.event_rejections ALTER COLUMN rejection_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.event_rejections_rejection_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.event_types (
    event_type text NOT NULL,
    payout_status text,
    description text NOT NULL,
    CONSTRAINT event_types_payout_status_known_check CHECK ((payout_status = ANY (ARRAY['PAID'::text, 'FAILED'::text])))
);

COMMENT ON TABLE ledger.event_types IS 'Kinds of processor events that cuenta understands.';

COMMENT ON COLUMN ledger.event_types.payout_status IS 'The status that the event reports for a payout of ours; null when it is not about a payout.';

CREATE TABLE ledger.ledger_entries (
    entry_seq bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    reserved_after bigint NOT NULL,
    event_no bigint,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    business_day date NOT NULL,
    available_on date NOT NULL,
    settlement_day date NOT NULL,
    restaurant_id text NOT NULL,
    currency text NOT NULL,
    entry_type text NOT NULL,
    payout_id text,
    CONSTRAINT ledger_entries_amount_positive_check CHECK ((amount > 0)),
    CONSTRAINT ledger_entries_has_cause_check CHECK ((num_nonnulls(event_no, payout_id) > 0)),
    CONSTRAINT ledger_entries_settles_when_available_check CHECK ((settlement_day >= available_on))
);

COMMENT ON TABLE ledger.ledger_entries IS 'The book: each row moves one positive amount from the account its entry type debits to the one it credits. Append-only; numbered without gaps per restaurant and currency.';

COMMENT ON COLUMN ledger.ledger_entries.entry_seq IS 'Dense number per restaurant and currency, from 1.';

COMMENT ON COLUMN ledger.ledger_entries.amount IS 'Minor units of the currency, always positive.';

COMMENT ON COLUMN ledger.ledger_entries.balance_after IS 'The account''s balance after this entry.';

COMMENT ON COLUMN ledger.ledger_entries.reserved_after IS 'The money reserved for payouts after this entry.';

COMMENT ON COLUMN ledger.ledger_entries.event_no IS 'The event that caused the entry, if one did.';

COMMENT ON COLUMN ledger.ledger_entries.occurred_at IS 'When it happened, as the event or the payout run says.';

COMMENT ON COLUMN ledger.ledger_entries.recorded_at IS 'When it was written here; never before an earlier entry.';

COMMENT ON COLUMN ledger.ledger_entries.business_day IS 'The restaurant''s local date of occurred_at less its closing hour, fixed when posted.';

COMMENT ON COLUMN ledger.ledger_entries.available_on IS 'From this day the money counts as available.';

COMMENT ON COLUMN ledger.ledger_entries.settlement_day IS 'available_on, or the first open day if that one was closed by a payout.';

COMMENT ON COLUMN ledger.ledger_entries.payout_id IS 'The payout that the entry reserves, releases or gives back.';

CREATE TABLE ledger.payout_runs (
    run_id text NOT NULL,
    currency text NOT NULL,
    as_of date NOT NULL,
    min_amount bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    payouts_created integer DEFAULT 0 NOT NULL,
    payouts_amount bigint DEFAULT 0 NOT NULL,
    restaurants_skipped integer DEFAULT 0 NOT NULL,
    CONSTRAINT payout_runs_min_amount_not_negative_check CHECK ((min_amount >= 0))
);

COMMENT ON TABLE ledger.payout_runs IS 'Calls of run_payouts that were not dry, with their outcome.';

CREATE TABLE ledger.payout_skips (
    amount bigint NOT NULL,
    restaurant_id text NOT NULL,
    run_id text NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL
);

COMMENT ON TABLE ledger.payout_skips IS 'Restaurants that a payout run passed over, and why.';

COMMENT ON COLUMN ledger.payout_skips.amount IS 'What could have been paid, in minor units.';

CREATE TABLE ledger.payouts (
    amount bigint NOT NULL,
    reserve_entry_seq bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    failed_at timestamp with time zone,
    as_of date NOT NULL,
    restaurant_id text NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    payout_id text NOT NULL,
    run_id text NOT NULL,
    failure_reason text,
    CONSTRAINT payouts_amount_positive_check CHECK ((amount > 0)),
    CONSTRAINT payouts_status_known_check CHECK ((status = ANY (ARRAY['CREATED'::text, 'PAID'::text, 'FAILED'::text, 'CANCELED'::text])))
);

COMMENT ON TABLE ledger.payouts IS 'Payouts: reserved when CREATED, released when PAID, given back when FAILED or CANCELED.';

COMMENT ON COLUMN ledger.payouts.reserve_entry_seq IS 'entry_seq of the entry that reserved the amount.';

COMMENT ON COLUMN ledger.payouts.paid_at IS 'occurred_at of the event that reported it paid.';

COMMENT ON COLUMN ledger.payouts.failed_at IS 'occurred_at of the event that reported it failed or sent back.';

COMMENT ON COLUMN ledger.payouts.as_of IS 'The last settlement day the payout pays; it closes all days up to it.';

CREATE TABLE ledger.posting_rules (
    event_type text NOT NULL,
    payout_status text DEFAULT 'NONE'::text NOT NULL,
    amount_entry text NOT NULL,
    amount_balance_effect smallint NOT NULL,
    amount_reserved_effect smallint NOT NULL,
    fee_entry text,
    fee_balance_effect smallint,
    fee_reserved_effect smallint,
    is_delayed boolean NOT NULL,
    CONSTRAINT posting_rules_payout_status_known_check CHECK ((payout_status = ANY (ARRAY['NONE'::text, 'CREATED'::text, 'PAID'::text, 'FAILED'::text, 'CANCELED'::text])))
);

COMMENT ON TABLE ledger.posting_rules IS 'What an event posts: one row per event type (and state of the payout it is about), so that the posting path reads a rule with one index look-up.';

COMMENT ON COLUMN ledger.posting_rules.payout_status IS 'The payout''s status before the event; NONE for events that are not about a payout.';

COMMENT ON COLUMN ledger.posting_rules.amount_entry IS 'The entry type posted with the event''s amount.';

COMMENT ON COLUMN ledger.posting_rules.amount_balance_effect IS 'Effects are those of the entry type, held equal by the foreign keys, here to spare a join.';

COMMENT ON COLUMN ledger.posting_rules.fee_entry IS 'The entry type posted with its fee, after the other; null: the event may have no fee.';

COMMENT ON COLUMN ledger.posting_rules.is_delayed IS 'Whether the restaurant''s settlement delay applies: true for money in and the fee that goes with it.';

CREATE TABLE ledger.processor_events (
    event_no bigint NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    first_entry_seq bigint,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    entry_count smallint NOT NULL,
    restaurant_id text NOT NULL,
    currency text NOT NULL,
    provider text NOT NULL,
    event_id text NOT NULL,
    event_type text NOT NULL,
    payout_id text,
    payload jsonb NOT NULL,
    CONSTRAINT processor_events_amount_positive_check CHECK ((amount > 0)),
    CONSTRAINT processor_events_entries_check CHECK (((entry_count > 0) = (first_entry_seq IS NOT NULL))),
    CONSTRAINT processor_events_fee_not_negative_check CHECK ((fee >= 0))
);

COMMENT ON TABLE ledger.processor_events IS 'Events that became effective, once and for ever. What was refused is in event_rejections.';

COMMENT ON COLUMN ledger.processor_events.event_no IS 'Internal number, referenced by entries.';

COMMENT ON COLUMN ledger.processor_events.first_entry_seq IS 'entry_seq of the first of entry_count entries posted; null when the event needed none.';

COMMENT ON COLUMN ledger.processor_events.payload IS 'The document as received, unknown fields included.';

ALTER TABLE ledger.processor_events ALTER COLUMN event_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.processor_events_event_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.rejection_reasons (
    code text NOT NULL,
    field text,
    message text NOT NULL
);

COMMENT ON TABLE ledger.rejection_reasons IS 'Why an event may post nothing: what is said with each code (%s: the field that is missing), and the field that is wrong.';

CREATE VIEW reporting.daily_sales AS
 SELECT e.restaurant_id,
    e.currency,
    e.business_day,
    (COALESCE(sum(e.amount) FILTER (WHERE (e.entry_type = 'CHARGE'::text)), (0)::numeric))::bigint AS gross,
    (COALESCE(sum(e.amount) FILTER (WHERE (e.entry_type = 'FEE'::text)), (0)::numeric))::bigint AS fees,
    (COALESCE(sum(e.amount) FILTER (WHERE (e.entry_type = 'REFUND'::text)), (0)::numeric))::bigint AS refunds,
    (sum((e.amount * t.balance_effect)))::bigint AS net,
    count(*) FILTER (WHERE (e.entry_type = 'CHARGE'::text)) AS charge_count,
    count(*) FILTER (WHERE (e.entry_type = 'REFUND'::text)) AS refund_count
   FROM (ledger.ledger_entries e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
  WHERE (e.entry_type = ANY (ARRAY['CHARGE'::text, 'FEE'::text, 'REFUND'::text]))
  GROUP BY e.restaurant_id, e.currency, e.business_day;

COMMENT ON VIEW reporting.daily_sales IS 'Sales of each restaurant per currency and business day, in minor units. Days without any are absent.';

COMMENT ON COLUMN reporting.daily_sales.business_day IS 'The restaurant''s local day, less its closing hour: a sale at 1 a.m. may belong to the evening before.';

COMMENT ON COLUMN reporting.daily_sales.gross IS 'Charges before fees and refunds.';

COMMENT ON COLUMN reporting.daily_sales.fees IS 'Fees of the charges, as a positive amount.';

COMMENT ON COLUMN reporting.daily_sales.refunds IS 'Refunds made on this day, whenever the sale was, as a positive amount.';

COMMENT ON COLUMN reporting.daily_sales.net IS 'gross - fees - refunds; negative if refunds prevail.';

COMMENT ON COLUMN reporting.daily_sales.charge_count IS 'Number of charges.';

COMMENT ON COLUMN reporting.daily_sales.refund_count IS 'Number of refunds.';

CREATE VIEW reporting.integrity_checks AS
 SELECT check_name,
    severity,
    title
   FROM ( VALUES ('payout_amount_not_positive'::text,'error'::text,'A payout pays nothing or takes money'::text), ('payout_items_do_not_add_up'::text,'error'::text,'The items of a payout do not add up to its amount'::text), ('payout_without_reserve'::text,'error'::text,'A payout never reserved its money'::text), ('reserve_differs_from_payout'::text,'error'::text,'What was reserved is not what the payout pays'::text), ('payout_status_differs_from_entries'::text,'error'::text,'A payout''s status is not what its entries say'::text), ('reserved_balance_unequal_to_open_payouts'::text,'error'::text,'Reserved money is not the sum of the payouts under way'::text), ('negative_reserved_or_held'::text,'error'::text,'Reserved or held money is negative'::text), ('entry_without_event_or_payout'::text,'error'::text,'An entry has no cause'::text), ('event_without_its_entries'::text,'error'::text,'An event lacks entries it posted'::text), ('entry_differs_from_event'::text,'error'::text,'An entry is not what its event says'::text), ('balance_unequal_to_entries'::text,'error'::text,'A stored balance is not the sum of its entries'::text), ('account_differs_from_last_entry'::text,'error'::text,'The last entry or event that an account knows is not that of the book'::text), ('entry_seq_gap'::text,'error'::text,'The entries of an account are not numbered without gaps'::text), ('running_balance_broken'::text,'error'::text,'The balance after an entry does not follow from the one before'::text), ('entry_after_closed_day'::text,'error'::text,'An entry settles on a day that a payout had closed'::text), ('closed_day_unequal_to_payouts'::text,'error'::text,'The days closed are not those that payouts closed'::text), ('clearing_unequal_to_owed'::text,'error'::text,'What the processor holds is not what restaurants own plus fees'::text), ('duplicate_business_content'::text,'warning'::text,'Two events differ in nothing but their id'::text), ('negative_available'::text,'warning'::text,'A restaurant owes money'::text)) c(check_name, severity, title);

COMMENT ON VIEW reporting.integrity_checks IS 'The checks of reporting.integrity_findings, also those that find nothing. sql/checks explains each.';

COMMENT ON COLUMN reporting.integrity_checks.severity IS 'error: must never happen; warning: legal, but a person should look.';

COMMENT ON COLUMN reporting.integrity_checks.title IS 'What it means when the check finds something.';

CREATE VIEW reporting.integrity_findings AS
 SELECT 'payout_amount_not_positive'::text AS check_name,
    'error'::text AS severity,
    p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('amount is %s'::text, p.amount) AS finding
   FROM ledger.payouts p
  WHERE (p.amount <= 0)
UNION ALL
 SELECT 'payout_items_do_not_add_up'::text AS check_name,
    'error'::text AS severity,
    p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('items add up to %s, amount is %s'::text, COALESCE(i.amount, (0)::numeric), p.amount) AS finding
   FROM (ledger.payouts p
     LEFT JOIN ( SELECT x.restaurant_id,
            x.payout_id,
            sum(x.amount) AS amount
           FROM ledger.payout_items x
          GROUP BY x.restaurant_id, x.payout_id) i ON (((p.restaurant_id = i.restaurant_id) AND (p.payout_id = i.payout_id))))
  WHERE ((p.amount)::numeric <> COALESCE(i.amount, (0)::numeric))
UNION ALL
 SELECT 'payout_without_reserve'::text AS check_name,
    'error'::text AS severity,
    p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('entry %s does not reserve its %s'::text, p.reserve_entry_seq, p.amount) AS finding
   FROM ledger.payouts p
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.ledger_entries e
          WHERE ((e.restaurant_id = p.restaurant_id) AND (e.currency = p.currency) AND (e.entry_seq = p.reserve_entry_seq) AND (e.payout_id = p.payout_id) AND (e.entry_type = 'PAYOUT_RESERVE'::text)))))
UNION ALL
 SELECT 'reserve_differs_from_payout'::text AS check_name,
    'error'::text AS severity,
    p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('%s PAYOUT_RESERVE entries of %s %s, the payout is of %s %s'::text, e.entry_count, e.amount, e.currencies, p.amount, p.currency) AS finding
   FROM (ledger.payouts p
     JOIN ( SELECT x.restaurant_id,
            x.payout_id,
            count(*) AS entry_count,
            sum(x.amount) AS amount,
            string_agg(DISTINCT x.currency, '+'::text) AS currencies
           FROM ledger.ledger_entries x
          WHERE (x.entry_type = 'PAYOUT_RESERVE'::text)
          GROUP BY x.restaurant_id, x.payout_id) e ON (((p.restaurant_id = e.restaurant_id) AND (p.payout_id = e.payout_id))))
  WHERE ((e.entry_count <> 1) OR (e.amount <> (p.amount)::numeric) OR (e.currencies <> p.currency))
UNION ALL
 SELECT 'payout_status_differs_from_entries'::text AS check_name,
    'error'::text AS severity,
    p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('status is %s, but the entries leave %s reserved and %s taken from the restaurant, of %s'::text, p.status, e.reserved, e.taken, p.amount) AS finding
   FROM (ledger.payouts p
     JOIN ( SELECT x.restaurant_id,
            x.payout_id,
            sum((x.amount * t.reserved_effect)) AS reserved,
            sum(((- x.amount) * t.balance_effect)) AS taken,
            max(x.amount) FILTER (WHERE (x.entry_type = 'PAYOUT_RESERVE'::text)) AS first_reserved
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WHERE (x.payout_id IS NOT NULL)
          GROUP BY x.restaurant_id, x.payout_id) e ON (((p.restaurant_id = e.restaurant_id) AND (p.payout_id = e.payout_id))))
  WHERE ((e.reserved <> (
        CASE p.status
            WHEN 'CREATED'::text THEN e.first_reserved
            ELSE (0)::bigint
        END)::numeric) OR (e.taken <> (
        CASE
            WHEN (p.status = ANY (ARRAY['CREATED'::text, 'PAID'::text])) THEN e.first_reserved
            ELSE (0)::bigint
        END)::numeric))
UNION ALL
 SELECT 'reserved_balance_unequal_to_open_payouts'::text AS check_name,
    'error'::text AS severity,
    b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('reserved is %s, payouts under way are %s'::text, b.reserved, COALESCE(p.amount, (0)::numeric)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            sum(x.amount) AS amount
           FROM ledger.payouts x
          WHERE (x.status = 'CREATED'::text)
          GROUP BY x.restaurant_id, x.currency) p ON (((b.restaurant_id = p.restaurant_id) AND (b.currency = p.currency))))
  WHERE ((b.reserved)::numeric <> COALESCE(p.amount, (0)::numeric))
UNION ALL
 SELECT 'negative_reserved_or_held'::text AS check_name,
    'error'::text AS severity,
    b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('reserved is %s, held is %s'::text, b.reserved, b.held) AS finding
   FROM ledger.account_balances b
  WHERE (((b.reserved)::bigint < 0) OR ((b.held)::bigint < 0))
UNION ALL
 SELECT 'entry_without_event_or_payout'::text AS check_name,
    'error'::text AS severity,
    e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
        CASE
            WHEN ((e.event_no IS NULL) AND (e.payout_id IS NULL)) THEN format('%s of %s names no event and no payout'::text, e.entry_type, e.amount)
            WHEN ((e.event_no IS NOT NULL) AND (v.event_no IS NULL)) THEN format('%s of %s names missing event %s'::text, e.entry_type, e.amount, e.event_no)
            ELSE format('%s of %s names missing payout %s'::text, e.entry_type, e.amount, e.payout_id)
        END AS finding
   FROM ((ledger.ledger_entries e
     LEFT JOIN ledger.processor_events v ON (((e.restaurant_id = v.restaurant_id) AND (e.event_no = v.event_no))))
     LEFT JOIN ledger.payouts p ON (((e.restaurant_id = p.restaurant_id) AND (e.payout_id = p.payout_id))))
  WHERE (((e.event_no IS NULL) AND (e.payout_id IS NULL)) OR ((e.event_no IS NOT NULL) AND (v.event_no IS NULL)) OR ((e.payout_id IS NOT NULL) AND (p.payout_id IS NULL)))
UNION ALL
 SELECT 'event_without_its_entries'::text AS check_name,
    'error'::text AS severity,
    v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('%s of %s entries are there, the first is %s instead of %s'::text, COALESCE(e.entry_count, (0)::bigint), v.entry_count, COALESCE((e.first_entry_seq)::text, 'none'::text), COALESCE((v.first_entry_seq)::text, 'none'::text)) AS finding
   FROM (ledger.processor_events v
     LEFT JOIN ( SELECT x.restaurant_id,
            x.event_no,
            count(*) AS entry_count,
            min(x.entry_seq) AS first_entry_seq
           FROM ledger.ledger_entries x
          WHERE (x.event_no IS NOT NULL)
          GROUP BY x.restaurant_id, x.event_no) e ON (((v.restaurant_id = e.restaurant_id) AND (v.event_no = e.event_no))))
  WHERE ((v.entry_count <> COALESCE(e.entry_count, (0)::bigint)) OR ((v.entry_count = 0) AND (v.payout_id IS NULL)) OR (v.first_entry_seq IS DISTINCT FROM e.first_entry_seq))
UNION ALL
 SELECT 'entry_differs_from_event'::text AS check_name,
    'error'::text AS severity,
    e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s %s, but %s is %s with amount %s, fee %s %s'::text, e.entry_type, e.amount, e.currency, v.event_id, v.event_type, v.amount, v.fee, v.currency) AS finding
   FROM ((ledger.ledger_entries e
     JOIN ledger.processor_events v ON (((e.restaurant_id = v.restaurant_id) AND (e.event_no = v.event_no))))
     LEFT JOIN ( SELECT y.event_type,
            f.entry_type,
            f.amount_field
           FROM (ledger.posting_rules y
             CROSS JOIN LATERAL ( VALUES (y.amount_entry,'amount'::text), (y.fee_entry,'fee'::text)) f(entry_type, amount_field))) r ON (((v.event_type = r.event_type) AND (e.entry_type = r.entry_type))))
  WHERE ((e.currency <> v.currency) OR (e.payout_id IS DISTINCT FROM v.payout_id) OR (e.amount IS DISTINCT FROM
        CASE r.amount_field
            WHEN 'amount'::text THEN v.amount
            WHEN 'fee'::text THEN v.fee
            ELSE NULL::bigint
        END))
UNION ALL
 SELECT 'balance_unequal_to_entries'::text AS check_name,
    'error'::text AS severity,
    COALESCE(b.restaurant_id, e.restaurant_id) AS restaurant_id,
    COALESCE(b.currency, e.currency) AS currency,
    'balance'::text AS reference,
    format('stored balance %s, reserved %s, held %s; the entries give %s, %s, %s'::text, COALESCE((b.balance)::text, 'missing'::text), COALESCE((b.reserved)::text, 'missing'::text), COALESCE((b.held)::text, 'missing'::text), COALESCE(e.balance, (0)::numeric), COALESCE(e.reserved, (0)::numeric), COALESCE(e.held, (0)::numeric)) AS finding
   FROM (ledger.account_balances b
     FULL JOIN ( SELECT x.restaurant_id,
            x.currency,
            sum((x.amount * t.balance_effect)) AS balance,
            sum((x.amount * t.reserved_effect)) AS reserved,
            sum((x.amount * t.held_effect)) AS held
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          GROUP BY x.restaurant_id, x.currency) e ON (((b.restaurant_id = e.restaurant_id) AND (b.currency = e.currency))))
  WHERE (((b.balance)::numeric IS DISTINCT FROM COALESCE(e.balance, (0)::numeric)) OR ((b.reserved)::numeric IS DISTINCT FROM COALESCE(e.reserved, (0)::numeric)) OR ((b.held)::numeric IS DISTINCT FROM COALESCE(e.held, (0)::numeric)))
UNION ALL
 SELECT 'account_differs_from_last_entry'::text AS check_name,
    'error'::text AS severity,
    b.restaurant_id,
    b.currency,
    'account'::text AS reference,
    format('knows entry %s of %s and an event of %s; the book has %s, %s, %s'::text, b.last_entry_seq, b.last_entry_at, b.last_event_at, COALESCE(e.last_entry_seq, (0)::bigint), e.last_entry_at, v.last_event_at) AS finding
   FROM ((ledger.account_balances b
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            max(x.entry_seq) AS last_entry_seq,
            max(x.recorded_at) AS last_entry_at
           FROM ledger.ledger_entries x
          GROUP BY x.restaurant_id, x.currency) e ON (((b.restaurant_id = e.restaurant_id) AND (b.currency = e.currency))))
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            max(x.occurred_at) AS last_event_at
           FROM ledger.processor_events x
          WHERE (x.entry_count > 0)
          GROUP BY x.restaurant_id, x.currency) v ON (((b.restaurant_id = v.restaurant_id) AND (b.currency = v.currency))))
  WHERE ((b.last_entry_seq <> COALESCE(e.last_entry_seq, (0)::bigint)) OR (b.last_entry_at IS DISTINCT FROM e.last_entry_at) OR (b.last_event_at IS DISTINCT FROM v.last_event_at))
UNION ALL
 SELECT 'entry_seq_gap'::text AS check_name,
    'error'::text AS severity,
    e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
        CASE
            WHEN (e.entry_seq <> (e.previous_seq + 1)) THEN format('entry %s is followed by entry %s'::text, e.previous_seq, e.entry_seq)
            ELSE format('is the last one, but the balance row says that %s is'::text, COALESCE((b.last_entry_seq)::text, 'none'::text))
        END AS finding
   FROM (( SELECT x.restaurant_id,
            x.currency,
            x.entry_seq,
            lag(x.entry_seq, 1, (0)::bigint) OVER account AS previous_seq,
            lead(x.entry_seq) OVER account AS next_seq
           FROM ledger.ledger_entries x
          WINDOW account AS (PARTITION BY x.restaurant_id, x.currency ORDER BY x.entry_seq)) e
     LEFT JOIN ledger.account_balances b ON (((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency))))
  WHERE ((e.entry_seq <> (e.previous_seq + 1)) OR ((e.next_seq IS NULL) AND (b.last_entry_seq IS DISTINCT FROM e.entry_seq)))
UNION ALL
 SELECT 'running_balance_broken'::text AS check_name,
    'error'::text AS severity,
    e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s leaves balance %s and reserved %s; before it they were %s and %s'::text, e.entry_type, e.amount, e.balance_after, e.reserved_after, e.balance_before, e.reserved_before) AS finding
   FROM ( SELECT x.restaurant_id,
            x.currency,
            x.entry_seq,
            x.entry_type,
            x.amount,
            x.balance_after,
            x.reserved_after,
            t.balance_effect,
            t.reserved_effect,
            lag(x.balance_after, 1, (0)::bigint) OVER account AS balance_before,
            lag(x.reserved_after, 1, (0)::bigint) OVER account AS reserved_before
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WINDOW account AS (PARTITION BY x.restaurant_id, x.currency ORDER BY x.entry_seq)) e
  WHERE ((e.balance_after <> (e.balance_before + (e.amount * e.balance_effect))) OR (e.reserved_after <> (e.reserved_before + (e.amount * e.reserved_effect))))
UNION ALL
 SELECT 'entry_after_closed_day'::text AS check_name,
    'error'::text AS severity,
    e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s settles on %s, but an earlier payout had closed the days up to %s'::text, e.entry_type, e.amount, e.settlement_day, e.closed_before) AS finding
   FROM ( SELECT x.restaurant_id,
            x.currency,
            x.entry_seq,
            x.entry_type,
            x.amount,
            x.settlement_day,
            max(p.as_of) OVER (PARTITION BY x.restaurant_id, x.currency ORDER BY x.entry_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS closed_before
           FROM (ledger.ledger_entries x
             LEFT JOIN ledger.payouts p ON (((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id) AND (x.entry_type = 'PAYOUT_RESERVE'::text))))) e
  WHERE (e.settlement_day <= e.closed_before)
UNION ALL
 SELECT 'closed_day_unequal_to_payouts'::text AS check_name,
    'error'::text AS severity,
    b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('days are closed up to %s, the last payout was for %s'::text, b.closed_through, COALESCE((p.as_of)::text, 'none'::text)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            max(x.as_of) AS as_of
           FROM ledger.payouts x
          GROUP BY x.restaurant_id, x.currency) p ON (((b.restaurant_id = p.restaurant_id) AND (b.currency = p.currency))))
  WHERE (b.closed_through <> COALESCE(p.as_of, '-infinity'::date))
UNION ALL
 SELECT 'clearing_unequal_to_owed'::text AS check_name,
    'error'::text AS severity,
    NULL::text AS restaurant_id,
    COALESCE(e.currency, b.currency) AS currency,
    'processor_clearing'::text AS reference,
    format('the processor holds %s; restaurants own %s, fees and the like are %s'::text, COALESCE(e.clearing, (0)::numeric), COALESCE(b.owed, (0)::numeric), COALESCE(e.others, (0)::numeric)) AS finding
   FROM (( SELECT m.currency,
            sum((m.amount * (
                CASE 'processor_clearing'::text
                    WHEN t.debit_account THEN 1
                    WHEN t.credit_account THEN '-1'::integer
                    ELSE 0
                END)::numeric)) AS clearing,
            sum((m.amount * ((
                CASE
                    WHEN (c.is_of_restaurant OR (c.account = 'processor_clearing'::text)) THEN 0
                    ELSE 1
                END -
                CASE
                    WHEN (d.is_of_restaurant OR (d.account = 'processor_clearing'::text)) THEN 0
                    ELSE 1
                END))::numeric)) AS others
           FROM (((( SELECT x.currency,
                    x.entry_type,
                    sum(x.amount) AS amount
                   FROM ledger.ledger_entries x
                  GROUP BY x.currency, x.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))
             JOIN ledger.accounts c ON ((t.credit_account = c.account)))
             JOIN ledger.accounts d ON ((t.debit_account = d.account)))
          GROUP BY m.currency) e
     FULL JOIN ( SELECT x.currency,
            sum((((x.balance)::bigint + (x.reserved)::bigint) + (x.held)::bigint)) AS owed
           FROM ledger.account_balances x
          GROUP BY x.currency) b ON ((e.currency = b.currency)))
  WHERE (COALESCE(e.clearing, (0)::numeric) <> (COALESCE(b.owed, (0)::numeric) + COALESCE(e.others, (0)::numeric)))
UNION ALL
 SELECT 'duplicate_business_content'::text AS check_name,
    'warning'::text AS severity,
    v.restaurant_id,
    min(v.currency) AS currency,
    min(v.event_id) AS reference,
    format('%s events with the same content: %s'::text, count(*), "left"(string_agg(v.event_id, ', '::text ORDER BY v.event_no), 200)) AS finding
   FROM ledger.processor_events v
  GROUP BY v.restaurant_id, v.currency, v.event_type, v.amount, v.fee, v.occurred_at, (v.payload ->> 'payout_id'::text), COALESCE((v.payload -> 'metadata'::text), '{}'::jsonb)
 HAVING (count(*) > 1)
UNION ALL
 SELECT 'negative_available'::text AS check_name,
    'warning'::text AS severity,
    b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('available is %s'::text, ((b.balance)::bigint - p.pending)) AS finding
   FROM (((ledger.account_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     JOIN LATERAL ( SELECT (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date AS business_day) d ON (true))
     JOIN LATERAL ( SELECT (COALESCE(sum((e.amount * t.balance_effect)), (0)::numeric))::bigint AS pending
           FROM (ledger.ledger_entries e
             JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
          WHERE ((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency) AND (e.settlement_day > d.business_day) AND (e.available_on > d.business_day) AND t.may_be_pending)) p ON (true))
  WHERE ((b.balance)::bigint < p.pending);

COMMENT ON VIEW reporting.integrity_findings IS 'What is wrong in the ledger: no row of severity error on a sound database. A filter on check_name runs that check alone.';

COMMENT ON COLUMN reporting.integrity_findings.check_name IS 'The check, see reporting.integrity_checks and sql/checks.';

COMMENT ON COLUMN reporting.integrity_findings.severity IS 'error: must never happen; warning: legal, but a person should look.';

COMMENT ON COLUMN reporting.integrity_findings.restaurant_id IS 'Null where the finding is about all restaurants of a currency.';

COMMENT ON COLUMN reporting.integrity_findings.reference IS 'What to look up: a payout_id, an event_id, an entry by number, or the balance row.';

COMMENT ON COLUMN reporting.integrity_findings.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.ledger_postings AS
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    s.side,
        CASE s.side
            WHEN 'debit'::text THEN t.debit_account
            ELSE t.credit_account
        END AS account,
    e.amount,
    e.entry_type,
    v.provider,
    v.event_id,
    e.payout_id,
    e.business_day,
    e.settlement_day,
    e.recorded_at
   FROM (((ledger.ledger_entries e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
     CROSS JOIN ( VALUES ('debit'::text), ('credit'::text)) s(side))
     LEFT JOIN ledger.processor_events v ON (((e.restaurant_id = v.restaurant_id) AND (e.event_no = v.event_no))));

COMMENT ON VIEW reporting.ledger_postings IS 'Every ledger entry as its two legs, one debit and one credit of the same amount: the book as an accountant reads it. The restaurant stands on both legs, also where the account is the platform''s.';

COMMENT ON COLUMN reporting.ledger_postings.entry_seq IS 'Number of the entry within restaurant and currency; its two legs share it.';

COMMENT ON COLUMN reporting.ledger_postings.side IS 'debit or credit.';

COMMENT ON COLUMN reporting.ledger_postings.account IS 'Account of the chart that this leg moves.';

COMMENT ON COLUMN reporting.ledger_postings.amount IS 'Minor units of the currency, always positive.';

COMMENT ON COLUMN reporting.ledger_postings.event_id IS 'The processor''s event that caused the entry; null for the reserve of a payout.';

COMMENT ON COLUMN reporting.ledger_postings.payout_id IS 'The payout that the entry is about, if any.';

COMMENT ON COLUMN reporting.ledger_postings.business_day IS 'The restaurant''s local day on which it happened, less its closing hour.';

COMMENT ON COLUMN reporting.ledger_postings.settlement_day IS 'The day whose payout the entry belongs to.';

CREATE VIEW reporting.payout_eligibility AS
 SELECT b.restaurant_id,
    b.currency,
    d.as_of,
    a.payable_amount,
        CASE
            WHEN r.is_payouts_paused THEN 'payouts_paused'::text
            WHEN (NOT d.is_unpaid) THEN 'already_paid'::text
            WHEN (b.closed_through >= d.as_of) THEN 'closed_by_later_payout'::text
            WHEN (a.payable_amount <= 0) THEN 'nothing_to_pay'::text
            ELSE NULL::text
        END AS why_not
   FROM ((((ledger.account_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     JOIN LATERAL ( SELECT (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date AS as_of) t ON (true))
     JOIN LATERAL ( SELECT t.as_of,
            (NOT (EXISTS ( SELECT 1
                   FROM ledger.payouts p
                  WHERE ((p.restaurant_id = b.restaurant_id) AND (p.currency = b.currency) AND (p.as_of = t.as_of))))) AS is_unpaid) d ON (true))
     JOIN LATERAL ( SELECT ((b.balance)::bigint - (GREATEST(COALESCE(sum((e.amount * m.balance_effect)), (0)::numeric), COALESCE(sum((e.amount * m.balance_effect)) FILTER (WHERE ((e.available_on > d.as_of) AND m.may_be_pending)), (0)::numeric)))::bigint) AS payable_amount
           FROM (ledger.ledger_entries e
             JOIN ledger.entry_types m ON ((e.entry_type = m.entry_type)))
          WHERE ((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency) AND (e.settlement_day > d.as_of))) a ON (true));

COMMENT ON VIEW reporting.payout_eligibility IS 'What a payout run would decide for each restaurant and currency if it ran now, for the restaurant''s current business day and without a minimum amount.';

COMMENT ON COLUMN reporting.payout_eligibility.as_of IS 'The restaurant''s business day at this moment.';

COMMENT ON COLUMN reporting.payout_eligibility.payable_amount IS 'What settles up to as_of, but never more than is available; minor units; zero or less: nothing to pay.';

COMMENT ON COLUMN reporting.payout_eligibility.why_not IS 'Null: eligible. Else the first reason of payouts_paused, already_paid, closed_by_later_payout, nothing_to_pay.';

CREATE VIEW reporting.payout_items AS
 SELECT i.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    i.item_type,
    i.amount,
    i.entry_count
   FROM (ledger.payout_items i
     JOIN ledger.payouts p ON (((i.restaurant_id = p.restaurant_id) AND (i.payout_id = p.payout_id))));

COMMENT ON VIEW reporting.payout_items IS 'What each payout consists of; the items of a payout add up to its amount.';

COMMENT ON COLUMN reporting.payout_items.item_type IS 'gross_sales, fees, refunds, payout_failures, payout_returns; carried_in: held back by earlier payouts; carried_out: held back by this one, because it was spent since.';

COMMENT ON COLUMN reporting.payout_items.amount IS 'Minor units of the currency; negative where it lessens the payout.';

COMMENT ON COLUMN reporting.payout_items.entry_count IS 'Ledger entries summed in the item.';

CREATE VIEW reporting.payouts AS
 SELECT payout_id,
    restaurant_id,
    currency,
    as_of,
    amount,
    status,
    run_id,
    created_at,
    paid_at,
    failed_at,
    failure_reason
   FROM ledger.payouts p;

COMMENT ON VIEW reporting.payouts IS 'Payouts to restaurants and what became of them.';

COMMENT ON COLUMN reporting.payouts.as_of IS 'The last settlement day that the payout pays; it closes all days up to it.';

COMMENT ON COLUMN reporting.payouts.amount IS 'Minor units of the currency.';

COMMENT ON COLUMN reporting.payouts.status IS 'CREATED: reserved, on its way; PAID: reached the bank; FAILED or CANCELED: available again.';

COMMENT ON COLUMN reporting.payouts.paid_at IS 'When the processor says that it was paid.';

COMMENT ON COLUMN reporting.payouts.failed_at IS 'When the processor says that it failed or was sent back.';

CREATE VIEW reporting.restaurant_balances AS
 SELECT b.restaurant_id,
    b.currency,
    ((b.balance)::bigint - p.pending) AS available,
    p.pending,
    (b.reserved)::bigint AS reserved,
    (b.held)::bigint AS held,
    (((b.balance)::bigint + (b.reserved)::bigint) + (b.held)::bigint) AS total,
    b.last_event_at,
    d.business_day
   FROM (((ledger.account_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     JOIN LATERAL ( SELECT (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date AS business_day) d ON (true))
     JOIN LATERAL ( SELECT (COALESCE(sum((e.amount * t.balance_effect)), (0)::numeric))::bigint AS pending
           FROM (ledger.ledger_entries e
             JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
          WHERE ((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency) AND (e.settlement_day > d.business_day) AND (e.available_on > d.business_day) AND t.may_be_pending)) p ON (true));

COMMENT ON VIEW reporting.restaurant_balances IS 'What each restaurant owns in each currency, now: the figures of api.get_balance, in minor units.';

COMMENT ON COLUMN reporting.restaurant_balances.available IS 'Can be paid out; negative: a debt, which later sales make good.';

COMMENT ON COLUMN reporting.restaurant_balances.pending IS 'Taken, but not available before a later day.';

COMMENT ON COLUMN reporting.restaurant_balances.reserved IS 'In payouts under way.';

COMMENT ON COLUMN reporting.restaurant_balances.held IS 'Held back for disputes.';

COMMENT ON COLUMN reporting.restaurant_balances.total IS 'available + pending + reserved + held.';

COMMENT ON COLUMN reporting.restaurant_balances.last_event_at IS 'The latest occurred_at of an event that was posted.';

COMMENT ON COLUMN reporting.restaurant_balances.business_day IS 'The restaurant''s business day at this moment: what is available by then counts.';

CREATE VIEW reporting.trial_balance AS
 SELECT l.currency,
    l.account,
    a.account_class,
    a.normal_side,
    (sum(l.debit))::bigint AS debit,
    (sum(l.credit))::bigint AS credit,
    (sum(
        CASE a.normal_side
            WHEN 'debit'::text THEN (l.debit - l.credit)
            ELSE (l.credit - l.debit)
        END))::bigint AS balance
   FROM (( SELECT m.currency,
            t.debit_account AS account,
            m.amount AS debit,
            0 AS credit
           FROM (( SELECT e.currency,
                    e.entry_type,
                    sum(e.amount) AS amount
                   FROM ledger.ledger_entries e
                  GROUP BY e.currency, e.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))
        UNION ALL
         SELECT m.currency,
            t.credit_account AS account,
            0 AS debit,
            m.amount AS credit
           FROM (( SELECT e.currency,
                    e.entry_type,
                    sum(e.amount) AS amount
                   FROM ledger.ledger_entries e
                  GROUP BY e.currency, e.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))) l
     JOIN ledger.accounts a ON ((l.account = a.account)))
  GROUP BY l.currency, l.account, a.account_class, a.normal_side;

COMMENT ON VIEW reporting.trial_balance IS 'Turnover and balance of every account per currency, over all restaurants. In each currency the debits equal the credits.';

COMMENT ON COLUMN reporting.trial_balance.normal_side IS 'The side on which the account grows.';

COMMENT ON COLUMN reporting.trial_balance.debit IS 'Sum of the debit legs, in minor units.';

COMMENT ON COLUMN reporting.trial_balance.credit IS 'Sum of the credit legs, in minor units.';

COMMENT ON COLUMN reporting.trial_balance.balance IS 'In minor units, positive on the account''s normal side.';

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_pkey PRIMARY KEY (restaurant_id, currency);

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account);

ALTER TABLE ONLY ledger.currencies
    ADD CONSTRAINT currencies_numeric_code_key UNIQUE (numeric_code);

ALTER TABLE ONLY ledger.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (currency);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_effects_key UNIQUE (entry_type, balance_effect, reserved_effect);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_pkey PRIMARY KEY (entry_type);

ALTER TABLE ONLY ledger.event_rejections
    ADD CONSTRAINT event_rejections_pkey PRIMARY KEY (restaurant_id, rejection_no);

ALTER TABLE ONLY ledger.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (event_type);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (restaurant_id, currency, entry_seq);

ALTER TABLE ONLY ledger.payout_items
    ADD CONSTRAINT payout_items_pkey PRIMARY KEY (restaurant_id, payout_id, item_type);

ALTER TABLE ONLY ledger.payout_runs
    ADD CONSTRAINT payout_runs_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_pkey PRIMARY KEY (restaurant_id, run_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_payout_id_key UNIQUE (payout_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_pkey PRIMARY KEY (restaurant_id, payout_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_restaurant_id_currency_as_of_key UNIQUE (restaurant_id, currency, as_of);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_pkey PRIMARY KEY (event_type, payout_status);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_pkey PRIMARY KEY (restaurant_id, event_no);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_provider_event_id_key UNIQUE (provider, event_id);

ALTER TABLE ONLY ledger.rejection_reasons
    ADD CONSTRAINT rejection_reasons_pkey PRIMARY KEY (code);

ALTER TABLE ONLY ledger.restaurants
    ADD CONSTRAINT restaurants_pkey PRIMARY KEY (restaurant_id);

CREATE INDEX event_rejections_event_id_provider_idx ON ledger.event_rejections USING btree (event_id, provider);

CREATE INDEX ledger_entries_restaurant_id_currency_settlement_day_idx ON ledger.ledger_entries USING btree (restaurant_id, currency, settlement_day);

CREATE INDEX payouts_run_id_idx ON ledger.payouts USING btree (run_id);

CREATE TRIGGER account_balances_follow_entries BEFORE UPDATE ON ledger.account_balances FOR EACH ROW EXECUTE FUNCTION ledger.tg_account_balances__follow_entries();

CREATE TRIGGER account_balances_never_removed BEFORE DELETE OR TRUNCATE ON ledger.account_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER account_balances_open_empty BEFORE INSERT ON ledger.account_balances FOR EACH ROW WHEN ((((new.balance)::bigint <> 0) OR ((new.reserved)::bigint <> 0) OR ((new.held)::bigint <> 0) OR (new.last_entry_seq <> 0) OR (new.closed_through <> '-infinity'::date))) EXECUTE FUNCTION ledger.tg_any__posting_only();

CREATE TRIGGER account_balances_stay_closed BEFORE UPDATE OF closed_through ON ledger.account_balances FOR EACH ROW WHEN ((new.closed_through < old.closed_through)) EXECUTE FUNCTION ledger.tg_any__posting_only();

CREATE TRIGGER event_rejections_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_rejections FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER ledger_entries_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER ledger_entries_posting_only BEFORE INSERT ON ledger.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_ledger_entries__posting_only();

CREATE TRIGGER payout_items_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.payout_items FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_items_complete AFTER INSERT ON ledger.payout_items REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_payout_items__complete();

CREATE TRIGGER payout_runs_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payout_runs FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_skips_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.payout_skips FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payouts_complete AFTER INSERT ON ledger.payouts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_payouts__complete();

CREATE TRIGGER payouts_guard BEFORE UPDATE ON ledger.payouts FOR EACH ROW EXECUTE FUNCTION ledger.tg_payouts__guard();

CREATE TRIGGER payouts_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payouts FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER processor_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.processor_events FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER restaurants_never_removed BEFORE DELETE OR TRUNCATE ON ledger.restaurants FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_restaurant_id_fkey FOREIGN KEY (restaurant_id) REFERENCES ledger.restaurants(restaurant_id);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_credit_account_fkey FOREIGN KEY (credit_account) REFERENCES ledger.accounts(account);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_debit_account_fkey FOREIGN KEY (debit_account) REFERENCES ledger.accounts(account);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_entry_type_fkey FOREIGN KEY (entry_type) REFERENCES ledger.entry_types(entry_type);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_event_fkey FOREIGN KEY (restaurant_id, event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_payout_fkey FOREIGN KEY (restaurant_id, payout_id) REFERENCES ledger.payouts(restaurant_id, payout_id);

ALTER TABLE ONLY ledger.payout_items
    ADD CONSTRAINT payout_items_payout_fkey FOREIGN KEY (restaurant_id, payout_id) REFERENCES ledger.payouts(restaurant_id, payout_id);

ALTER TABLE ONLY ledger.payout_runs
    ADD CONSTRAINT payout_runs_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_run_id_fkey FOREIGN KEY (run_id) REFERENCES ledger.payout_runs(run_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_run_id_fkey FOREIGN KEY (run_id) REFERENCES ledger.payout_runs(run_id);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_amount_entry_fkey FOREIGN KEY (amount_entry, amount_balance_effect, amount_reserved_effect) REFERENCES ledger.entry_types(entry_type, balance_effect, reserved_effect);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_event_type_fkey FOREIGN KEY (event_type) REFERENCES ledger.event_types(event_type);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_fee_entry_fkey FOREIGN KEY (fee_entry, fee_balance_effect, fee_reserved_effect) REFERENCES ledger.entry_types(entry_type, balance_effect, reserved_effect) MATCH FULL;

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_event_type_fkey FOREIGN KEY (event_type) REFERENCES ledger.event_types(event_type);

GRANT USAGE ON SCHEMA api TO cuenta_app;
GRANT USAGE ON SCHEMA api TO cuenta_operator;

GRANT USAGE ON SCHEMA reporting TO cuenta_reader;

REVOKE ALL ON FUNCTION api.check_integrity(p_check text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.check_integrity(p_check text) TO cuenta_app;
GRANT ALL ON FUNCTION api.check_integrity(p_check text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.get_payout(p_payout_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.ingest_event(p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.ingest_event(p_event jsonb) TO cuenta_app;
GRANT ALL ON FUNCTION api.ingest_event(p_event jsonb) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.ingest_events(p_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.ingest_events(p_events jsonb) TO cuenta_app;
GRANT ALL ON FUNCTION api.ingest_events(p_events jsonb) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean) TO cuenta_app;
GRANT ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean) TO cuenta_app;
GRANT ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean) TO cuenta_operator;

REVOKE ALL ON FUNCTION ledger.admit_event(p_event ledger.event_input, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.answer_known_event(p_event ledger.event_input, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.answer_posted_event(p_event ledger.event_input, p_entry_count integer, p_status text, p_received_at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.create_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_payout_id text, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.create_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.decide_payout_event(p_event ledger.event_input, p_reported_status text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.is_day_of_month(p_text text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.is_plain_event(p_event jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.lock_events(p_events ledger.event_input[], p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.move_payout(p_event ledger.event_input) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.pick_event_fields(p_event jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.post_event(p_restaurant_id text, p_event ledger.event_input, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.read_invalid_event(p_event jsonb, p_code text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.reject_event(p_event ledger.event_input, p_status text, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.require_currency(p_currency text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.require_limit(p_limit integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.require_restaurant(p_restaurant_id text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date, p_today date, p_payout_id text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_account_balances__follow_entries() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_any__posting_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_any__refuse() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_ledger_entries__posting_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_payout_items__complete() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_payouts__complete() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.tg_payouts__guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.undo_move(p_event ledger.event_input, p_change bigint, p_reserved_change bigint, p_entry_seq bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.write_cursor(p_key text) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.write_event(p_event ledger.event_input, p_now timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone) FROM PUBLIC;

GRANT SELECT ON TABLE reporting.daily_sales TO cuenta_reader;

GRANT SELECT ON TABLE reporting.integrity_checks TO cuenta_reader;

GRANT SELECT ON TABLE reporting.integrity_findings TO cuenta_reader;

GRANT SELECT ON TABLE reporting.ledger_postings TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_eligibility TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_items TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payouts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.restaurant_balances TO cuenta_reader;

GRANT SELECT ON TABLE reporting.trial_balance TO cuenta_reader;
