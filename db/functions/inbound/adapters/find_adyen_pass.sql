create or replace function inbound.find_adyen_pass(
    p_known inbound.webhook_kind,
    p_item jsonb,
    p_settings jsonb
)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.find_adyen_pass(3)
 *     Why an item of Adyen, of a kind that may become an event, becomes none.
 * Parameters:
 *     p_known     - its kind
 *     p_item      - the NotificationRequestItem
 *     p_settings  - the settings of the source
 * Returns:
 *     a sentence; null if it becomes one
 * Calls:  inbound.is_payout_id, inbound.read_flag
 */
    select case
        when p_known.kind in (
            'PAYOUT_THIRDPARTY', 'PAYOUT_DECLINE', 'PAYOUT_EXPIRE', 'PAIDOUT_REVERSED'
        ) and not inbound.is_payout_id(p_item -> 'merchantReference')
            then 'merchantReference is no payout_id: it is none that cuenta handed over'
        when p_known.kind = 'PAYOUT_THIRDPARTY' then null
        when inbound.read_flag(p_item -> 'success') is false
            then 'success is false: it did not happen'
        when p_known.kind = 'CAPTURE' and p_settings -> 'charge_on' = '"AUTHORISATION"'
            then 'the source charges on AUTHORISATION'
        when p_known.kind = 'AUTHORISATION'
            and p_settings -> 'charge_on' is distinct from '"AUTHORISATION"'
            then 'CAPTURE tells the money; setting charge_on, if all is captured at once'
        when p_known.kind = 'AUTHORISATION' and p_item #> '{amount,value}' = '0'
            then 'a card was verified, nothing was charged'
        when p_known.kind = 'CANCEL_OR_REFUND'
            and p_item #> '{additionalData,modification.action}' is distinct from '"refund"'
            then 'it was canceled, not refunded: modification.action is not refund'
        when p_known.kind = 'DISPUTE_DEFENSE_PERIOD_ENDED'
            and p_item #>> '{additionalData,disputeStatus}' in ('Won', 'Pending', 'Responded')
            then 'the dispute was defended: disputeStatus'
    end;
$function$;

comment on function inbound.find_adyen_pass(inbound.webhook_kind, jsonb, jsonb)
is 'Why an item of Adyen, of a kind that may become an event, becomes none.';
