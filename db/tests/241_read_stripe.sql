-- inbound.read_stripe: one document for each way through it; all of them are in tests/webhooks.
begin;
select plan(21);

create temporary table documents (
    name text, document jsonb, settings jsonb, readings jsonb, no integer generated always as identity
);
insert into documents (name, document, settings, readings)
values
(
    'charge authorised only',
    $$
    {"id": "evt_1Sk0003", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_captured": 0, "amount_refunded": 0, "application": null, "balance_transaction": null,
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": false, "created":
    1767139199, "currency": "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": "pi_3Sk01", "payment_method_details": {"type": "card", "card": {"brand": "visa",
    "last4": "4242"}}, "refunded": false, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "charge.succeeded", "code": "STATE_IGNORED"}]
    $$
),
(
    'charge of an unknown account',
    $$
    {"id": "evt_1Sk0006", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_captured": 12000, "amount_refunded": 0, "application": null, "balance_transaction": "txn_3Sk01",
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": true, "created":
    1767139199, "currency": "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": "pi_3Sk01", "payment_method_details": {"type": "card", "card": {"brand": "visa",
    "last4": "4242"}}, "refunded": false, "status": "succeeded"}}, "account": "acct_1Nobody"}
    $$,
    $$
    {"accounts": {"acct_1Res001": "res_001"}}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.succeeded", "code": "ACCOUNT_UNKNOWN", "field":
    "restaurant_id"}]
    $$
),
(
    'charge in no currency',
    $$
    {"id": "evt_1Sk0013", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_captured": 12000, "amount_refunded": 0, "application": null, "balance_transaction": "txn_3Sk01",
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": true, "created":
    1767139199, "currency": "xyz", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": "pi_3Sk01", "payment_method_details": {"type": "card", "card": {"brand": "visa",
    "last4": "4242"}}, "refunded": false, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.succeeded", "code": "CURRENCY_UNKNOWN", "field": "currency"}]
    $$
),
(
    'payment intent succeeded',
    $$
    {"id": "evt_1Sk0016", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "payment_intent.succeeded", "data": {"object": {"id": "pi_3Sk01", "object": "payment_intent", "amount":
    12000, "amount_received": 12000, "currency": "pen", "latest_charge": "ch_3Sk01", "metadata":
    {"restaurant_id": "res_001"}, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payment_intent.succeeded", "code": "KIND_IGNORED"}]
    $$
),
(
    'charge captured as text',
    $$
    {"id": "evt_1Sk0017", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_captured": 12000, "amount_refunded": 0, "application": null, "balance_transaction": "txn_3Sk01",
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": "yes", "created":
    1767139199, "currency": "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": "pi_3Sk01", "payment_method_details": {"type": "card", "card": {"brand": "visa",
    "last4": "4242"}}, "refunded": false, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.succeeded", "code": "FIELD_INVALID"}]
    $$
),
(
    'charge without its payment',
    $$
    {"id": "evt_1Sk0018", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": null, "object": "charge", "amount": 12000,
    "amount_captured": 12000, "amount_refunded": 0, "application": null, "balance_transaction": "txn_3Sk01",
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": true, "created":
    1767139199, "currency": "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": null, "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4":
    "4242"}}, "refunded": false, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.succeeded", "code": "FIELD_MISSING", "field": "payment_id"}]
    $$
),
(
    'refund pending has not moved',
    $$
    {"id": "evt_1Sk0022", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "refund.created", "data": {"object": {"id": "re_3Sk01", "object": "refund", "amount": 5000,
    "balance_transaction": null, "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "destination_details": {"type": "card"}, "metadata": {}, "payment_intent": "pi_3Sk01", "reason":
    "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null, "status": "pending",
    "transfer_reversal": null}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "refund.created", "code": "STATE_IGNORED"}]
    $$
),
(
    'charge refund updated',
    $$
    {"id": "evt_1Sk0026", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.refund.updated", "data": {"object": {"id": "re_3Sk01", "object": "refund", "amount": 5000,
    "balance_transaction": "txn_3Sk02", "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "destination_details": {"type": "card"}, "metadata": {}, "payment_intent": "pi_3Sk01", "reason":
    "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null, "status":
    "succeeded", "transfer_reversal": null}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "charge.refund.updated", "code": "STATE_IGNORED"}]
    $$
),
(
    'refund in a new state',
    $$
    {"id": "evt_1Sk0028", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "refund.updated", "data": {"object": {"id": "re_3Sk01", "object": "refund", "amount": 5000,
    "balance_transaction": "txn_3Sk02", "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "destination_details": {"type": "card"}, "metadata": {}, "payment_intent": "pi_3Sk01", "reason":
    "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null, "status": "melted",
    "transfer_reversal": null}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "refund.updated", "code": "STATE_UNKNOWN"}]
    $$
),
(
    'dispute without balance transactions',
    $$
    {"id": "evt_1Sk0032", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.dispute.funds_withdrawn", "data": {"object": {"id": "du_1Sk01", "object": "dispute", "amount":
    12000, "balance_transactions": [], "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "evidence_details": {"due_by": 1768000000, "has_evidence": false}, "is_charge_refundable": false,
    "livemode": true, "metadata": {}, "payment_intent": "pi_3Sk01", "reason": "fraudulent", "status":
    "needs_response"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.dispute.funds_withdrawn", "code": "FIELD_MISSING", "field":
    "amount"}]
    $$
),
(
    'inquiry closed',
    $$
    {"id": "evt_1Sk0035", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.dispute.closed", "data": {"object": {"id": "du_1Sk01", "object": "dispute", "amount": 12000,
    "balance_transactions": [], "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "evidence_details": {"due_by": 1768000000, "has_evidence": false}, "is_charge_refundable": false,
    "livemode": true, "metadata": {}, "payment_intent": "pi_3Sk01", "reason": "fraudulent", "status":
    "warning_closed"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "charge.dispute.closed", "code": "STATE_IGNORED"}]
    $$
),
(
    'dispute funds reinstated for a fee',
    $$
    {"id": "evt_1Sk0038", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.dispute.funds_reinstated", "data": {"object": {"id": "du_1Sk01", "object": "dispute", "amount":
    12000, "balance_transactions": [{"id": "txn_1Sk01", "object": "balance_transaction", "amount": -12000,
    "available_on": 1767312000, "currency": "pen", "fee": 5000, "fee_details": [{"amount": 5000, "currency":
    "pen", "type": "stripe_fee"}], "net": -17000, "reporting_category": "dispute", "type": "adjustment"},
    {"id": "txn_1Sk02", "object": "balance_transaction", "amount": 12000, "available_on": 1767312000,
    "currency": "pen", "fee": 150, "fee_details": [{"amount": 5000, "currency": "pen", "type":
    "stripe_fee"}], "net": 11850, "reporting_category": "dispute", "type": "adjustment"}], "charge":
    "ch_3Sk01", "created": 1767139198, "currency": "pen", "evidence_details": {"due_by": 1768000000,
    "has_evidence": false}, "is_charge_refundable": false, "livemode": true, "metadata": {},
    "payment_intent": "pi_3Sk01", "reason": "fraudulent", "status": "won"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "charge.dispute.funds_reinstated", "event": {"event_id": "evt_1Sk0038",
    "event_type": "dispute_won", "metadata": {}, "dispute_id": "du_1Sk01", "payment_id": "pi_3Sk01",
    "currency": "PEN", "amount": 12000, "occurred_at": "2025-12-31T00:00:00Z", "livemode": true}},
    {"outcome": "event", "kind": "charge.dispute.funds_reinstated", "event": {"event_id": "evt_1Sk0038:fee",
    "event_type": "fee_charged", "payment_id": "pi_3Sk01", "currency": "PEN", "amount": 150, "occurred_at":
    "2025-12-31T00:00:00Z", "livemode": true}}]
    $$
),
(
    'payout paid',
    $$
    {"id": "evt_1Sk0040", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "payout.paid", "data": {"object": {"id": "po_1SkB01", "object": "payout", "amount": 84328,
    "arrival_date": 1767139200, "automatic": false, "balance_transaction": "txn_1SkB01", "created":
    1767000000, "currency": "mxn", "description": null, "destination": "ba_1Sk01",
    "failure_balance_transaction": null, "failure_code": null, "failure_message": null, "livemode": true,
    "metadata": {"payout_id": "po_9fd277449f2e68c727ecde4093547093", "restaurant_id": "res_101"}, "method":
    "standard", "reconciliation_status": "not_applicable", "source_type": "card", "status": "paid", "type":
    "bank_account"}}, "account": "acct_1Res101"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payout.paid", "event": {"event_id": "evt_1Sk0040", "event_type":
    "payout_paid", "payout_id": "po_9fd277449f2e68c727ecde4093547093", "restaurant_id": "res_101",
    "currency": "MXN", "amount": 84328, "occurred_at": "2025-12-31T00:00:00Z", "livemode": true}}]
    $$
),
(
    'payout of stripe s own schedule',
    $$
    {"id": "evt_1Sk0043", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "payout.paid", "data": {"object": {"id": "po_1SkB01", "object": "payout", "amount": 84328,
    "arrival_date": 1767139200, "automatic": true, "balance_transaction": "txn_1SkB01", "created":
    1767000000, "currency": "mxn", "description": null, "destination": "ba_1Sk01",
    "failure_balance_transaction": null, "failure_code": null, "failure_message": null, "livemode": true,
    "metadata": {}, "method": "standard", "reconciliation_status": "not_applicable", "source_type": "card",
    "status": "paid", "type": "bank_account"}}, "account": "acct_1Res101"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payout.paid", "code": "PAYOUT_NOT_OURS"}]
    $$
),
(
    'thin event',
    $$
    {"id": "evt_test_65", "object": "v2.core.event", "type": "charge.succeeded", "livemode": true,
    "created": "2025-12-31T00:00:00.000Z", "related_object": {"id": "ch_3Sk01", "type": "charge", "url":
    "/v1/charges/ch_3Sk01"}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "unknown", "kind": "charge.succeeded", "code": "KIND_UNKNOWN"}]
    $$
),
(
    'no object',
    $$
    {"id": "evt_1Sk0046", "object": "event", "type": "charge.succeeded", "created": 1767139200, "livemode":
    true, "data": {}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.succeeded", "code": "FIELD_MISSING"}]
    $$
),
(
    'nothing',
    $$
    {}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "code": "FIELD_MISSING"}]
    $$
),
(
    'charge not succeeded',
    $$
    {"id": "evt_1Sk0048", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.succeeded", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_captured": 12000, "amount_refunded": 0, "application": null, "balance_transaction": "txn_3Sk01",
    "billing_details": {"email": "guest@example.com", "name": "A Guest"}, "captured": true, "created":
    1767139199, "currency": "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata":
    {"restaurant_id": "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true,
    "payment_intent": "pi_3Sk01", "payment_method_details": {"type": "card", "card": {"brand": "visa",
    "last4": "4242"}}, "refunded": false, "status": "pending"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "charge.succeeded", "code": "STATE_IGNORED"}]
    $$
),
(
    'charge of an old version captured in part',
    $$
    {"id": "evt_1Sk0049", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "charge.captured", "data": {"object": {"id": "ch_3Sk01", "object": "charge", "amount": 12000,
    "amount_refunded": 3000, "application": null, "balance_transaction": "txn_3Sk01", "billing_details":
    {"email": "guest@example.com", "name": "A Guest"}, "captured": true, "created": 1767139199, "currency":
    "pen", "customer": "cus_01", "disputed": false, "livemode": true, "metadata": {"restaurant_id":
    "res_001", "reservation_id": "rsv_987", "guest": "A Guest"}, "paid": true, "payment_intent": "pi_3Sk01",
    "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}}, "refunded":
    false, "status": "succeeded"}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "charge.captured", "code": "FIELD_MISSING", "field": "amount"}]
    $$
),
(
    'refund failed that succeeded',
    $$
    {"id": "evt_1Sk0053", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "refund.failed", "data": {"object": {"id": "re_3Sk01", "object": "refund", "amount": 5000,
    "balance_transaction": "txn_3Sk02", "charge": "ch_3Sk01", "created": 1767139198, "currency": "pen",
    "destination_details": {"type": "card"}, "metadata": {}, "payment_intent": "pi_3Sk01", "reason":
    "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null, "status":
    "succeeded", "transfer_reversal": null}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "refund.failed", "code": "STATE_UNKNOWN"}]
    $$
),
(
    'refund with an amount as text',
    $$
    {"id": "evt_1Sk0054", "object": "event", "api_version": "2025-11-17.clover", "created": 1767139200,
    "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type":
    "refund.created", "data": {"object": {"id": "re_3Sk01", "object": "refund", "amount": 5000,
    "balance_transaction": {"id": "txn_3Sk02", "amount": "-1350", "currency": "usd"}, "charge": "ch_3Sk01",
    "created": 1767139198, "currency": "pen", "destination_details": {"type": "card"}, "metadata": {},
    "payment_intent": "pi_3Sk01", "reason": "requested_by_customer", "receipt_number": null,
    "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null}}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "refund.created", "code": "AMOUNT_INVALID", "field": "amount"}]
    $$
);

select is(
    (
        select jsonb_agg(jsonb_strip_nulls(to_jsonb(r) - 'message'))
        from inbound.read_stripe(d.document, d.settings) as r
    ),
    d.readings,
    'reads ' || d.name
)
from documents as d
order by d.no;

select * from finish();
rollback;
