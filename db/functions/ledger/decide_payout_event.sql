create or replace function ledger.decide_payout_event(p_event ledger.event_input)
returns ledger.event_input
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_payout_event(1)
 *     Whether an event about a payout may post, and from which state of the payout. The caller
 *     holds the account's lock, so the answer stays true until it commits.
 * Parameters:
 *     p_event  - the event; its payout_status is the status that it reports
 * Returns:
 *     the event with payout_status = the payout's status before it, for which there is a posting
 *     rule; payout_status null: nothing to do; or code, message and details of a refusal
 * Reads:  ledger.payouts, ledger.posting_rules
 */
declare
    v_payout ledger.payouts;
    v_reported text := p_event.payout_status;
    v_fields text [];
begin
    select p.*
    into v_payout
    from ledger.payouts as p
    where p.restaurant_id = p_event.restaurant_id
        and p.payout_id = p_event.payout_id;

    if not found then
        if exists (select from ledger.payouts as p where p.payout_id = p_event.payout_id) then
            v_fields := array['restaurant_id'];
        else
            p_event.code := 'PAYOUT_NOT_FOUND';
            p_event.message := 'no payout has this payout_id';
            p_event.details := jsonb_build_object(
                'field', 'payout_id', 'payout_id', left(p_event.payout_id, 64)
            );
            return p_event;
        end if;
    else
        v_fields := array_remove(array[
            case when v_payout.currency <> p_event.currency then 'currency' end,
            case when v_payout.amount <> p_event.amount then 'amount' end
        ], null);
    end if;
    if cardinality(v_fields) > 0 then
        p_event.code := 'PAYOUT_MISMATCH';
        p_event.message := format('the payout has another %s', array_to_string(v_fields, ' and '));
        p_event.details := jsonb_build_object(
            'fields', v_fields, 'payout_id', left(p_event.payout_id, 64)
        );
        return p_event;
    end if;

    p_event.payout_status := v_payout.status;
    if v_payout.status = v_reported
        or (v_payout.status = 'PAID' and p_event.occurred_at <= v_payout.paid_at)
    then
        -- Told before, or overtaken by a later event.
        p_event.payout_status := null;
    elsif not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.payout_status = v_payout.status
    ) then
        p_event.code := 'PAYOUT_STATE_CONFLICT';
        p_event.message := format(
            'the payout is %s and cannot become %s', v_payout.status, v_reported
        );
        p_event.details := jsonb_build_object(
            'payout_id', p_event.payout_id, 'payout_status', v_payout.status
        );
    end if;
    return p_event;
end;
$function$;

comment on function ledger.decide_payout_event(ledger.event_input)
is 'Whether an event about a payout may post, and from which state of the payout.';
