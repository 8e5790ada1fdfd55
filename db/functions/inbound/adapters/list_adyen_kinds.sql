create or replace function inbound.list_adyen_kinds()
returns setof inbound.webhook_kind
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.list_adyen_kinds(0)
 *     The kinds of webhooks of Adyen that its adapter knows. Any other is unknown.
 * Returns:
 *     a row a kind, as in docs/webhooks-in.md
 */
    values
        ('CAPTURE', 'event', 'charge_succeeded', 'unless the source charges on AUTHORISATION'),
        ('AUTHORISATION', 'event', 'charge_succeeded',
         'if the source charges on AUTHORISATION: captured at once'),
        ('REFUND', 'event', 'refund_succeeded', 'the money is on its way to the guest'),
        ('CANCEL_OR_REFUND', 'event', 'refund_succeeded',
         'if it was a refund: modification.action'),
        ('REFUND_FAILED', 'event', 'refund_failed', 'the money is back'),
        ('REFUNDED_REVERSED', 'event', 'refund_failed',
         'the money is back; told twice, the second has no effect'),
        ('CHARGEBACK', 'event', 'dispute_opened', 'the money is taken'),
        ('CHARGEBACK_REVERSED', 'event', 'dispute_won',
         'the money is back, though maybe not for good'),
        ('SECOND_CHARGEBACK', 'event', 'dispute_opened,dispute_lost', 'a dispute of its own: :2'),
        ('DISPUTE_DEFENSE_PERIOD_ENDED', 'event', 'dispute_lost',
         'unless it was defended: disputeStatus'),
        ('PAYOUT_THIRDPARTY', 'event', 'payout_paid,payout_failed',
         'if merchantReference is a payout_id of ours'),
        ('PAYOUT_DECLINE', 'event', 'payout_failed', 'the same'),
        ('PAYOUT_EXPIRE', 'event', 'payout_failed', 'the same'),
        ('PAIDOUT_REVERSED', 'event', 'payout_failed', 'the same; the bank sent it back'),
        ('balancePlatform.transfer.created', 'event', 'payout_paid,payout_failed,payout_canceled',
         'a bank transfer whose reference is a payout_id of ours, once it is final'),
        ('balancePlatform.transfer.updated', 'event', 'payout_paid,payout_failed,payout_canceled',
         'the same'),
        ('CAPTURE_FAILED', 'refused', null,
         'a capture that was told as a success has failed: a person'
         ' takes its charge back by reverse_event'),
        ('PREARBITRATION_WON', 'refused', null, 'a person looks whether money moved'),
        ('PREARBITRATION_LOST', 'refused', null, 'a person looks whether money moved'),
        ('AUTHORISATION_ADJUSTMENT', 'ignored', null, 'no money moves before the capture'),
        ('CANCELLATION', 'ignored', null, 'what was authorised was never captured'),
        ('TECHNICAL_CANCEL', 'ignored', null, 'what was authorised was never captured'),
        ('EXPIRE', 'ignored', null, 'what was authorised was never captured'),
        ('OFFER_CLOSED', 'ignored', null, 'no money moved'),
        ('ORDER_OPENED', 'ignored', null, 'no money moves'),
        ('ORDER_CLOSED', 'ignored', null, 'no money moves'),
        ('PENDING', 'ignored', null, 'the money is not here yet'),
        ('POSTPONED_REFUND', 'ignored', null, 'REFUND tells when it is made'),
        ('VOID_PENDING_REFUND', 'ignored', null, 'the refund was never made'),
        ('NOTIFICATION_OF_CHARGEBACK', 'ignored', null, 'CHARGEBACK tells the money'),
        ('REQUEST_FOR_INFORMATION', 'ignored', null, 'no money moves'),
        ('NOTIFICATION_OF_FRAUD', 'ignored', null, 'no money moves'),
        ('INFORMATION_SUPPLIED', 'ignored', null, 'no money moves'),
        ('ISSUER_RESPONSE_TIMEFRAME_EXPIRED', 'ignored', null,
         'no money moves: it came back with CHARGEBACK_REVERSED'),
        ('MANUAL_REVIEW_ACCEPT', 'ignored', null, 'no money moves'),
        ('MANUAL_REVIEW_REJECT', 'ignored', null, 'no money moves'),
        ('RECURRING_CONTRACT', 'ignored', null, 'no money moves'),
        ('REPORT_AVAILABLE', 'ignored', null, 'no money moves; fees are in the settlement report');
$function$;

comment on function inbound.list_adyen_kinds()
is 'The kinds of webhooks of Adyen that its adapter knows.';
