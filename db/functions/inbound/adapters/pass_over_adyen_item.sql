create or replace function inbound.pass_over_adyen_item(
    p_known inbound.webhook_kind,
    p_item jsonb,
    p_settings jsonb
)
returns inbound.reading
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.pass_over_adyen_item(3)
 *     Why an item of Adyen becomes no event: because of its kind, or of what it says. What was
 *     charged when it was authorised, and is then canceled, a person takes back.
 * Parameters:
 *     p_known     - its kind
 *     p_item      - the NotificationRequestItem
 *     p_settings  - the settings of the source
 * Returns:
 *     the reading that is no event; all null if it becomes one
 * Calls:  inbound.is_payout_id, inbound.make_reading, inbound.read_flag
 */
    select case
        when i.is_charged_before and i.is_good and (
            p_known.kind in ('CANCELLATION', 'TECHNICAL_CANCEL', 'EXPIRE')
            or (p_known.kind = 'CANCEL_OR_REFUND' and i.action = 'cancel')
        ) then inbound.make_reading(
            'refused', p_known.kind, 'NEEDS_A_PERSON',
            'the source charged on AUTHORISATION, which is canceled now: a person takes the charge '
            'back by reverse_event'
        )
        when p_known.outcome = 'ignored' then inbound.make_reading(
            'ignored', p_known.kind, 'KIND_IGNORED', p_known.says
        )
        when p_known.outcome = 'refused' then inbound.make_reading(
            'refused', p_known.kind, 'NEEDS_A_PERSON', p_known.says
        )
        when i.is_good is null then inbound.make_reading(
            'refused', p_known.kind, 'FIELD_INVALID', 'success is neither true nor false'
        )
        when p_known.becomes like '%payout_failed'
            and not inbound.is_payout_id(p_item -> 'merchantReference') then inbound.make_reading(
            'ignored', p_known.kind, 'PAYOUT_NOT_OURS',
            'merchantReference is no payout_id: it is none that cuenta handed over'
        )
        when not i.is_good and p_known.kind <> 'PAYOUT_THIRDPARTY' then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED', 'success is false: it did not happen'
        )
        when p_known.kind = 'CAPTURE' and i.is_charged_before then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED', 'the source charges on AUTHORISATION'
        )
        when p_known.kind = 'AUTHORISATION' and not i.is_charged_before
            then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED',
            'CAPTURE tells the money; setting charge_on, if all is captured at once'
        )
        when p_known.kind = 'AUTHORISATION' and p_item #> '{amount,value}' = '0'
            then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED', 'a card was verified, nothing was charged'
        )
        when p_known.kind = 'CANCEL_OR_REFUND' and i.action = 'cancel' then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED', 'it was canceled, not refunded'
        )
        when p_known.kind = 'CANCEL_OR_REFUND' and i.action is distinct from 'refund'
            then inbound.make_reading(
            'refused', p_known.kind, 'STATE_UNKNOWN',
            'modification.action says neither cancel nor refund'
        )
        when p_known.kind = 'DISPUTE_DEFENSE_PERIOD_ENDED'
            and p_item #>> '{additionalData,disputeStatus}' in ('Won', 'Pending', 'Responded')
            then inbound.make_reading(
            'ignored', p_known.kind, 'STATE_IGNORED', 'the dispute was defended: disputeStatus'
        )
    end
    from (
        select
            inbound.read_flag(p_item -> 'success') as is_good,
            p_settings -> 'charge_on' is not distinct from '"AUTHORISATION"' as is_charged_before,
            p_item #>> '{additionalData,modification.action}' as action
    ) as i;
$function$;

comment on function inbound.pass_over_adyen_item(inbound.webhook_kind, jsonb, jsonb)
is 'Why an item of Adyen becomes no event.';
