create or replace function ledger.read_event_money(p_event ledger.event_input, p_now timestamptz)
returns ledger.event_input
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_event_money(2)
 *     The second half of ledger.read_event: money, time, the payout it is about, and the hash of
 *     the business content.
 * Parameters:
 *     p_event  - the event with its ids, type and currency
 *     p_now    - the clock
 * Returns:
 *     the whole event; with code, message and details if something is wrong
 * Calls:  ledger.invalid_event, ledger.parse_timestamp
 */
declare
    -- The largest integer that every JSON reader holds exactly: 2^53 - 1.
    c_largest constant bigint := 9007199254740991;
    v_payload constant jsonb := p_event.payload;
begin
    if jsonb_typeof(v_payload -> 'amount') = 'number'
        and v_payload ->> 'amount' ~ '^[0-9]{1,16}$'
    then
        p_event.amount := (v_payload ->> 'amount')::bigint;
    end if;
    if (p_event.amount between 1 and c_largest) is not true then
        return ledger.invalid_event(p_event, 'AMOUNT_INVALID', 'amount',
            'amount must be an integer of minor units from 1 to 9007199254740991');
    end if;

    if not v_payload ? 'fee' then
        p_event.fee := 0;
    elsif jsonb_typeof(v_payload -> 'fee') = 'number' and v_payload ->> 'fee' ~ '^[0-9]{1,16}$' then
        p_event.fee := (v_payload ->> 'fee')::bigint;
    end if;
    if (p_event.fee between 0 and c_largest) is not true then
        return ledger.invalid_event(p_event, 'FEE_INVALID', 'fee',
            'fee must be an integer of minor units from 0 to 9007199254740991');
    end if;

    if jsonb_typeof(v_payload -> 'occurred_at') = 'string' then
        p_event.occurred_at := ledger.parse_timestamp(v_payload ->> 'occurred_at');
    end if;
    if p_event.occurred_at is null then
        return ledger.invalid_event(p_event, 'OCCURRED_AT_INVALID', 'occurred_at',
            'occurred_at must be a date and time of ISO 8601 with an offset, 2025-12-30T10:00:00Z');
    elsif p_event.occurred_at > p_now + interval '5 minutes' then
        return ledger.invalid_event(p_event, 'OCCURRED_AT_IN_FUTURE', 'occurred_at',
            'occurred_at lies more than 5 minutes ahead');
    end if;

    if jsonb_typeof(v_payload -> 'metadata') <> 'object' then
        return ledger.invalid_event(p_event, 'METADATA_INVALID', 'metadata',
            'metadata must be a JSON object');
    end if;

    if p_event.payout_status is not null then
        p_event.payout_id := coalesce(
            v_payload ->> 'payout_id', v_payload -> 'metadata' ->> 'payout_id'
        );
        if p_event.payout_id is null then
            return ledger.invalid_event(p_event, 'FIELD_MISSING', 'payout_id',
                'the field payout_id is missing');
        end if;
    end if;

    -- Without the id, so that the same facts under two ids can be found; the epoch, because the
    -- text of a timestamptz depends on the session's time zone.
    p_event.content_hash := sha256(convert_to(
        jsonb_build_array(
            p_event.event_type, extract(epoch from p_event.occurred_at), p_event.restaurant_id,
            p_event.currency, p_event.amount, p_event.fee, p_event.payout_id,
            coalesce(v_payload -> 'metadata', '{}')
        )::text,
        'UTF8'
    ));
    return p_event;
end;
$function$;

comment on function ledger.read_event_money(ledger.event_input, timestamptz)
is 'The second half of ledger.read_event: money, time, payout and content hash.';
