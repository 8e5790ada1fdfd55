create or replace function inbound.list_mercadopago_kinds()
returns setof inbound.webhook_kind
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.list_mercadopago_kinds(0)
 *     The kinds of webhooks of Mercado Pago that its adapter knows. Any other is unknown.
 * Returns:
 *     a row a kind, as in docs/webhooks-in.md
 */
    values
        ('payment.approved', 'event', 'charge_succeeded,refund_succeeded',
         'the charge, and each of its refunds that is approved'),
        ('payment.refunded', 'event', 'charge_succeeded,refund_succeeded', 'the same'),
        ('payment.charged_back', 'event', 'charge_succeeded,refund_succeeded',
         'the same; the chargeback tells the dispute'),
        ('chargeback', 'event', 'dispute_opened,dispute_won,dispute_lost',
         'the opening, and what coverage_applied decides'),
        ('payout.success', 'event', 'payout_paid',
         'if accredited, and external_reference is a payout_id of ours'),
        ('payout.rejected', 'event', 'payout_failed',
         'if external_reference is a payout_id of ours'),
        ('payout.refunded', 'event', 'payout_failed', 'the same; the bank sent it back'),
        ('payout.partially_refunded', 'refused', null,
         'a part came back: a person posts it by post_adjustment'),
        ('payment', 'refused', null,
         'it says only that a payment has changed: fetch it, and forward the document'),
        ('chargebacks', 'refused', null,
         'it says only that a chargeback has changed: fetch it, and forward the document'),
        ('topic_chargebacks_wh', 'refused', null,
         'it says only that a chargeback has changed: fetch it, and forward the document'),
        ('payment.pending', 'ignored', null, 'the money is not here yet'),
        ('payment.authorized', 'ignored', null, 'the money is not here yet'),
        ('payment.in_process', 'ignored', null, 'the money is not here yet'),
        ('payment.in_mediation', 'ignored', null,
         'nothing is decided; whoever wants to holds money by hold_funds'),
        ('payment.rejected', 'ignored', null, 'no money moved'),
        ('payment.cancelled', 'ignored', null, 'no money moved'),
        ('payout.approved', 'ignored', null, 'the payout is under way'),
        ('payout.pending', 'ignored', null, 'the payout is under way'),
        ('payout.in_progress', 'ignored', null, 'the payout is under way'),
        ('merchant_order', 'ignored', null, 'its payments are told one by one'),
        ('topic_merchant_order_wh', 'ignored', null, 'its payments are told one by one'),
        ('mp-connect', 'ignored', null, 'no money moves'),
        ('plan', 'ignored', null, 'no money moves'),
        ('subscription_preapproval', 'ignored', null, 'no money moves'),
        ('subscription_preapproval_plan', 'ignored', null, 'no money moves'),
        ('subscription_authorized_payment', 'ignored', null, 'its payment is told by payment'),
        ('point_integration_wh', 'ignored', null, 'no money moves'),
        ('delivery', 'ignored', null, 'no money moves'),
        ('stop_delivery_op_wh', 'ignored', null, 'a warning of fraud, no money moves');
$function$;

comment on function inbound.list_mercadopago_kinds()
is 'The kinds of webhooks of Mercado Pago that its adapter knows.';
