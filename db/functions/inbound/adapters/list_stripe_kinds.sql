create or replace function inbound.list_stripe_kinds()
returns setof inbound.webhook_kind
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.list_stripe_kinds(0)
 *     The kinds of webhooks of Stripe that its adapter knows. Any other is unknown.
 * Returns:
 *     a row a kind, as in docs/webhooks-in.md
 */
    values
        ('charge.succeeded', 'event', 'charge_succeeded',
         'if it is captured; fee and day of a balance transaction that is given whole'),
        ('charge.captured', 'event', 'charge_succeeded', 'what was authorised before is captured'),
        ('refund.created', 'event', 'refund_succeeded,refund_failed',
         'as soon as it has a balance transaction'),
        ('refund.updated', 'event', 'refund_succeeded,refund_failed',
         'the same, and when it fails or is canceled'),
        ('refund.failed', 'event', 'refund_failed',
         'the money is back; if it never left, nothing'),
        ('charge.refund.updated', 'event', 'refund_failed',
         'if it failed or was canceled; else refund.updated tells it'),
        ('charge.dispute.funds_withdrawn', 'event', 'dispute_opened',
         'amount and fee of its balance transaction'),
        ('charge.dispute.closed', 'event', 'dispute_lost',
         'if it is lost; won comes with its money'),
        ('charge.dispute.funds_reinstated', 'event', 'dispute_won,fee_refunded,fee_charged',
         'the money is back; the fee too, if it is'),
        ('payout.paid', 'event', 'payout_paid', 'if its metadata has a payout_id of ours'),
        ('payout.failed', 'event', 'payout_failed', 'the same'),
        ('payout.canceled', 'event', 'payout_canceled', 'the same'),
        ('charge.pending', 'ignored', null, 'the money is not here yet'),
        ('charge.failed', 'ignored', null, 'no money moved'),
        ('charge.expired', 'ignored', null, 'no money moved'),
        ('charge.updated', 'ignored', null, 'the charge was told by charge.succeeded'),
        ('charge.refunded', 'ignored', null,
         'it has the sum of all refunds; refund.created tells each'),
        ('charge.dispute.created', 'ignored', null,
         'it may be an inquiry; funds_withdrawn tells the money'),
        ('charge.dispute.updated', 'ignored', null, 'no money moves'),
        ('payment_intent.created', 'ignored', null, 'no money moves'),
        ('payment_intent.processing', 'ignored', null, 'no money moves'),
        ('payment_intent.requires_action', 'ignored', null, 'no money moves'),
        ('payment_intent.amount_capturable_updated', 'ignored', null, 'no money moves'),
        ('payment_intent.succeeded', 'ignored', null, 'charge.succeeded tells the same money'),
        ('payment_intent.payment_failed', 'ignored', null, 'no money moved'),
        ('payment_intent.canceled', 'ignored', null, 'no money moved'),
        ('checkout.session.completed', 'ignored', null, 'charge.succeeded tells the same money'),
        ('checkout.session.expired', 'ignored', null, 'no money moved'),
        ('invoice.paid', 'ignored', null, 'charge.succeeded tells the same money'),
        ('invoice.payment_succeeded', 'ignored', null, 'charge.succeeded tells the same money'),
        ('payout.created', 'ignored', null, 'the payout is under way'),
        ('payout.updated', 'ignored', null,
         'the payout is under way, or told by payout.paid or payout.failed'),
        ('payout.reconciliation_completed', 'ignored', null, 'no money moves'),
        ('balance.available', 'ignored', null, 'no money moves');
$function$;

comment on function inbound.list_stripe_kinds()
is 'The kinds of webhooks of Stripe that its adapter knows.';
