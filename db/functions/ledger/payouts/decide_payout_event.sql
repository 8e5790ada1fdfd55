create or replace function ledger.decide_payout_event(
    p_event ledger.event_input,
    p_reported_status text
)
returns ledger.event_input
language plpgsql
stable
as $function$
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
$function$;

comment on function ledger.decide_payout_event(ledger.event_input, text)
is 'Whether an event about a payout may post, and from which state of the payout.';
