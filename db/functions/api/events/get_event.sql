create or replace function api.get_event(p_event_id text, p_provider text default 'default')
returns table (
    event_id text,
    provider text,
    status text,
    event_type text,
    restaurant_id text,
    currency text,
    amount bigint,
    fee bigint,
    occurred_at timestamptz,
    received_at timestamptz,
    entries jsonb,
    rejections jsonb,
    payload jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
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
$function$;

comment on function api.get_event(text, text)
is 'What became of an event: its entries, and every delivery that was refused.';
