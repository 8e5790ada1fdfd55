create or replace function api.get_event(p_event_id text, p_provider text default 'default')
returns table (
    event_id text, provider text, status text, event_type text, restaurant_id text, currency text,
    amount bigint, fee bigint, occurred_at timestamptz, received_at timestamptz, entries jsonb,
    follows jsonb, waits_for jsonb, acceptance jsonb, rejections jsonb, dismissals jsonb,
    actor text, reason text, payload jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_event(2)
 *     What became of an event: its entries, if it was posted, what it follows or waits for, every
 *     delivery that was refused, and what people have decided about it.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_provider  - the processor; operator: a person, whose reference is the id
 * Returns:
 *     one row. status is processed; deferred while it waits; else that of the last refusal, or
 *     dismissed if it waited until then. entries is an array of entry_seq, entry_type, amount,
 *     balance_after; follows one of relation (subject: the event that first told of its refund,
 *     dispute or hold; reversed: the one it takes back; payment: the charge), event_id, provider,
 *     event_type; waits_for the code, event_type and subject_id of what is not here yet; acceptance
 *     the code, actor, reason and accepted_at if a person had it posted in spite of its refusal;
 *     rejections and dismissals are the latest 100 each; actor and reason are of what a person did;
 *     amounts in minor units
 * Raises:
 *     LBARG  an argument is missing
 *     LNEVT  no such event was ever received
 * Calls:  ledger.require_event_named, ledger.list_refusals, ledger.list_followed,
 *         ledger.find_kept_event
 * Reads:  ledger.processor_events, ledger.ledger_entries, ledger.event_acceptances,
 *         ledger.deferred_events
 * Locks:  none
 */
declare
    v_kept record;
begin
    perform ledger.require_event_named(p_event_id, p_provider);
    select l.rejections, l.dismissals
    into rejections, dismissals
    from ledger.list_refusals(p_event_id, p_provider) as l;

    return query
    select
        e.event_id, e.provider, 'processed', e.event_type, e.restaurant_id, e.currency, e.amount,
        e.fee, e.occurred_at, e.received_at,
        (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'entry_seq', n.entry_seq, 'entry_type', n.entry_type, 'amount', n.amount,
                    'balance_after', n.balance_after
                )
                order by n.entry_seq
            ), '[]')
            from generate_series(0, 1) as i (entry_no)
            inner join ledger.ledger_entries as n
                on n.restaurant_id = e.restaurant_id
                and n.currency = e.currency
                and n.entry_seq = e.first_entry_seq + i.entry_no
            where i.entry_no < e.entry_count
        ),
        ledger.list_followed(e.restaurant_id, e.event_no),
        null::jsonb,
        (
            select jsonb_build_object(
                'code', a.code, 'actor', a.actor, 'reason', a.reason, 'accepted_at', a.accepted_at
            )
            from ledger.event_acceptances as a
            where a.restaurant_id = e.restaurant_id
                and a.event_no = e.event_no
        ),
        rejections, dismissals,
        case when e.provider = 'operator' then e.payload ->> 'actor' end,
        case when e.provider = 'operator' then e.payload ->> 'reason' end,
        e.payload
    from ledger.processor_events as e
    where e.event_id = p_event_id
        and e.provider = p_provider;
    if found then
        return;
    end if;

    select k.* into v_kept
    from ledger.find_kept_event(p_event_id, p_provider) as k;
    if not found then
        raise exception 'event % was never received', quote_literal(left(p_event_id, 128))
            using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
                detail = format(
                    'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                );
    end if;
    event_id := p_event_id;
    provider := p_provider;
    entries := '[]';
    follows := '[]';
    select
        'deferred', d.event_type, d.restaurant_id, d.currency, d.occurred_at, d.received_at,
        d.payload, jsonb_build_object(
            'code', d.code, 'event_type', d.first_type, 'subject_id', d.subject_id
        )
    into
        status, event_type, restaurant_id, currency, occurred_at, received_at, payload, waits_for
    from ledger.deferred_events as d
    where d.event_id = p_event_id
        and d.provider = p_provider;
    status := coalesce(status, v_kept.kind);
    payload := coalesce(payload, v_kept.payload);
    received_at := least(
        received_at, (rejections -> 0 ->> 'received_at')::timestamptz, v_kept.received_at
    );
    return next;
end;
$function$;

comment on function api.get_event(text, text)
is 'What became of an event: its entries, every delivery that was refused, and who decided what.';
