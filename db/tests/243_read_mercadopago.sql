-- inbound.read_mercadopago: one document for each way through it; all of them are in tests/webhooks.
begin;
select plan(17);

create temporary table documents (
    name text, document jsonb, settings jsonb, readings jsonb, no integer generated always as identity
);
insert into documents (name, document, settings, readings)
values
(
    'payment refunded without its refunds',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved":
    "2026-01-10T20:05:11.000-05:00", "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference":
    "rsv_7001", "fee_details": [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"},
    {"amount": 20.0, "fee_payer": "payer", "type": "financing_fee"}], "live_mode": true, "metadata":
    {"restaurant_id": "res_103"}, "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type":
    "regular_payment", "payer": {"email": "guest@example.com"}, "payment_method_id": "visa",
    "payment_type_id": "credit_card", "refunds": [], "status": "refunded", "status_detail": "refunded",
    "transaction_amount": 350.5, "transaction_amount_refunded": 350.5, "transaction_details":
    {"net_received_amount": 336.51, "total_paid_amount": 370.5}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payment.refunded", "event": {"event_id": "payment:80014412233",
    "event_type": "charge_succeeded", "occurred_at": "2026-01-10T20:05:11.000-05:00", "available_on":
    "2026-01-24", "amount": 35050, "fee": 1399, "metadata": {"reservation_id": "rsv_7001"}, "livemode":
    true, "payment_id": "80014412233", "restaurant_id": "res_103", "currency": "PEN"}}, {"outcome":
    "refused", "kind": "payment.refunded", "code": "FIELD_MISSING", "field": "refund_id"}]
    $$
),
(
    'payment pending',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved": null,
    "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference": "rsv_7001", "fee_details":
    [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"}, {"amount": 20.0, "fee_payer":
    "payer", "type": "financing_fee"}], "live_mode": true, "metadata": {"restaurant_id": "res_103"},
    "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type": "regular_payment", "payer":
    {"email": "guest@example.com"}, "payment_method_id": "visa", "payment_type_id": "credit_card",
    "refunds": [], "status": "pending", "status_detail": "pending_contingency", "transaction_amount": 350.5,
    "transaction_amount_refunded": 0, "transaction_details": {"net_received_amount": 336.51,
    "total_paid_amount": 370.5}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payment.pending", "code": "KIND_IGNORED"}]
    $$
),
(
    'refund in a new state',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved":
    "2026-01-10T20:05:11.000-05:00", "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference":
    "rsv_7001", "fee_details": [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"},
    {"amount": 20.0, "fee_payer": "payer", "type": "financing_fee"}], "live_mode": true, "metadata":
    {"restaurant_id": "res_103"}, "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type":
    "regular_payment", "payer": {"email": "guest@example.com"}, "payment_method_id": "visa",
    "payment_type_id": "credit_card", "refunds": [{"id": 1190022, "payment_id": 80014412233, "amount": 50,
    "metadata": {}, "source": {"id": "448876418", "name": "Res 103", "type": "collector"}, "date_created":
    "2026-01-12T11:00:00.000-05:00", "status": "melted", "refund_mode": "standard"}, {"id": 1190022,
    "payment_id": 80014412233, "amount": 50, "metadata": {}, "source": {"id": "448876418", "name":
    "Res 103", "type": "collector"}, "date_created": "2026-01-12T11:00:00.000-05:00", "status": "pending",
    "refund_mode": "standard"}], "status": "approved", "status_detail": "accredited", "transaction_amount":
    350.5, "transaction_amount_refunded": 0, "transaction_details": {"net_received_amount": 336.51,
    "total_paid_amount": 370.5}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payment.approved", "event": {"event_id": "payment:80014412233",
    "event_type": "charge_succeeded", "occurred_at": "2026-01-10T20:05:11.000-05:00", "available_on":
    "2026-01-24", "amount": 35050, "fee": 1399, "metadata": {"reservation_id": "rsv_7001"}, "livemode":
    true, "payment_id": "80014412233", "restaurant_id": "res_103", "currency": "PEN"}}, {"outcome":
    "refused", "kind": "payment.approved", "code": "STATE_UNKNOWN"}, {"outcome": "ignored", "kind":
    "payment.approved", "code": "STATE_IGNORED"}]
    $$
),
(
    'payment refunded in part without its approval',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved": null,
    "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference": "rsv_7001", "fee_details":
    [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"}, {"amount": 20.0, "fee_payer":
    "payer", "type": "financing_fee"}], "live_mode": true, "metadata": {"restaurant_id": "res_103"},
    "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type": "regular_payment", "payer":
    {"email": "guest@example.com"}, "payment_method_id": "visa", "payment_type_id": "credit_card",
    "refunds": [{"id": 1190022, "payment_id": 80014412233, "amount": 50, "metadata": {}, "source": {"id":
    "448876418", "name": "Res 103", "type": "collector"}, "date_created": "2026-01-12T11:00:00.000-05:00",
    "status": "approved", "refund_mode": "standard"}], "status": "approved", "status_detail": "accredited",
    "transaction_amount": 350.5, "transaction_amount_refunded": 0, "transaction_details":
    {"net_received_amount": 336.51, "total_paid_amount": 370.5}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payment.approved", "event": {"event_type": "refund_succeeded",
    "event_id": "refund:1190022", "refund_id": "1190022", "occurred_at": "2026-01-12T11:00:00.000-05:00",
    "amount": 5000, "livemode": true, "payment_id": "80014412233", "restaurant_id": "res_103", "currency":
    "PEN"}}]
    $$
),
(
    'chargeback won',
    $$
    {"id": "233000061680860001", "payments": [80014412233], "currency": "PEN", "amount": 350.5,
    "coverage_applied": true, "coverage_elegible": true, "documentation_required": true,
    "documentation_status": "pending", "documentation": [], "date_documentation_deadline":
    "2026-02-10T09:00:00.000-05:00", "date_created": "2026-01-30T09:00:00.000-05:00", "date_last_updated":
    "2026-02-20T16:00:00.000-05:00", "live_mode": true}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "chargeback", "event": {"event_id": "chargeback:233000061680860001",
    "event_type": "dispute_opened", "dispute_id": "233000061680860001", "amount": 35050, "occurred_at":
    "2026-01-30T09:00:00.000-05:00", "livemode": true, "payment_id": "80014412233", "currency": "PEN"}},
    {"outcome": "event", "kind": "chargeback", "event": {"event_id": "chargeback:233000061680860001:won",
    "event_type": "dispute_won", "dispute_id": "233000061680860001", "amount": 35050, "occurred_at":
    "2026-02-20T16:00:00.000-05:00", "livemode": true, "payment_id": "80014412233", "currency": "PEN"}}]
    $$
),
(
    'payment with its chargeback',
    $$
    {"payment": {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved":
    "2026-01-10T20:05:11.000-05:00", "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference":
    "rsv_7001", "fee_details": [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"},
    {"amount": 20.0, "fee_payer": "payer", "type": "financing_fee"}], "live_mode": true, "metadata":
    {"restaurant_id": "res_103"}, "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type":
    "regular_payment", "payer": {"email": "guest@example.com"}, "payment_method_id": "visa",
    "payment_type_id": "credit_card", "refunds": [], "status": "charged_back", "status_detail":
    "in_process", "transaction_amount": 350.5, "transaction_amount_refunded": 0, "transaction_details":
    {"net_received_amount": 336.51, "total_paid_amount": 370.5}}, "chargeback": {"id": "233000061680860001",
    "payments": [80014412233], "currency": "PEN", "amount": 350.5, "coverage_applied": null,
    "coverage_elegible": true, "documentation_required": true, "documentation_status": "pending",
    "documentation": [], "date_documentation_deadline": "2026-02-10T09:00:00.000-05:00", "date_created":
    "2026-01-30T09:00:00.000-05:00", "date_last_updated": "2026-01-30T09:00:00.000-05:00", "live_mode":
    true}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payment.charged_back", "event": {"event_id": "payment:80014412233",
    "event_type": "charge_succeeded", "occurred_at": "2026-01-10T20:05:11.000-05:00", "available_on":
    "2026-01-24", "amount": 35050, "fee": 1399, "metadata": {"reservation_id": "rsv_7001"}, "livemode":
    true, "payment_id": "80014412233", "restaurant_id": "res_103", "currency": "PEN"}}, {"outcome": "event",
    "kind": "chargeback", "event": {"event_id": "chargeback:233000061680860001", "event_type":
    "dispute_opened", "dispute_id": "233000061680860001", "amount": 35050, "occurred_at":
    "2026-01-30T09:00:00.000-05:00", "livemode": true, "payment_id": "80014412233", "currency": "PEN",
    "restaurant_id": "res_103"}}]
    $$
),
(
    'payment charged back',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved":
    "2026-01-10T20:05:11.000-05:00", "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference":
    "rsv_7001", "fee_details": [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"},
    {"amount": 20.0, "fee_payer": "payer", "type": "financing_fee"}], "live_mode": true, "metadata":
    {"restaurant_id": "res_103"}, "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type":
    "regular_payment", "payer": {"email": "guest@example.com"}, "payment_method_id": "visa",
    "payment_type_id": "credit_card", "refunds": [], "status": "charged_back", "status_detail":
    "in_process", "transaction_amount": 350.5, "transaction_amount_refunded": 0, "transaction_details":
    {"net_received_amount": 336.51, "total_paid_amount": 370.5}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payment.charged_back", "event": {"event_id": "payment:80014412233",
    "event_type": "charge_succeeded", "occurred_at": "2026-01-10T20:05:11.000-05:00", "available_on":
    "2026-01-24", "amount": 35050, "fee": 1399, "metadata": {"reservation_id": "rsv_7001"}, "livemode":
    true, "payment_id": "80014412233", "restaurant_id": "res_103", "currency": "PEN"}}, {"outcome":
    "ignored", "kind": "payment.charged_back", "code": "STATE_IGNORED"}]
    $$
),
(
    'chargeback of two payments',
    $$
    {"id": "233000061680860001", "payments": [80014412233, 80014412234], "currency": "PEN", "amount": 350.5,
    "coverage_applied": null, "coverage_elegible": true, "documentation_required": true,
    "documentation_status": "pending", "documentation": [], "date_documentation_deadline":
    "2026-02-10T09:00:00.000-05:00", "date_created": "2026-01-30T09:00:00.000-05:00", "date_last_updated":
    "2026-01-30T09:00:00.000-05:00", "live_mode": true}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "chargeback", "code": "NEEDS_A_PERSON", "field": "payment_id"}]
    $$
),
(
    'chargeback maybe covered',
    $$
    {"id": "233000061680860001", "payments": [80014412233], "currency": "PEN", "amount": 350.5,
    "coverage_applied": "maybe", "coverage_elegible": true, "documentation_required": true,
    "documentation_status": "pending", "documentation": [], "date_documentation_deadline":
    "2026-02-10T09:00:00.000-05:00", "date_created": "2026-01-30T09:00:00.000-05:00", "date_last_updated":
    "2026-01-30T09:00:00.000-05:00", "live_mode": true}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "chargeback", "code": "FIELD_INVALID"}]
    $$
),
(
    'payment under a signature that leaves the body out',
    $$
    {"id": 80014412233, "collector_id": 448876418, "currency_id": "PEN", "date_approved":
    "2026-01-10T20:05:11.000-05:00", "date_created": "2026-01-10T20:05:10.000-05:00", "external_reference":
    "rsv_7001", "fee_details": [{"amount": 13.99, "fee_payer": "collector", "type": "mercadopago_fee"},
    {"amount": 20.0, "fee_payer": "payer", "type": "financing_fee"}], "live_mode": true, "metadata":
    {"restaurant_id": "res_103"}, "money_release_date": "2026-01-24T20:05:11.000-05:00", "operation_type":
    "regular_payment", "payer": {"email": "guest@example.com"}, "payment_method_id": "visa",
    "payment_type_id": "credit_card", "refunds": [], "status": "approved", "status_detail": "accredited",
    "transaction_amount": 350.5, "transaction_amount_refunded": 0, "transaction_details":
    {"net_received_amount": 336.51, "total_paid_amount": 370.5}}
    $$,
    $$
    {"scheme": "mercadopago"}
    $$,
    $$
    [{"outcome": "refused", "kind": "payment", "code": "BODY_NOT_SIGNED"}]
    $$
),
(
    'nothing',
    $$
    {"hello": "world"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "code": "FIELD_MISSING"}]
    $$
),
(
    'payout in progress',
    $$
    {"id": "736669", "external_reference": "po_1d0b78bca69473c20b1173926e806622", "status": "in_progress",
    "status_detail": "in_progress", "created_date": "2026-03-03T15:20:20.000+00:00", "last_updated_date":
    "2026-03-03T15:20:25.470+00:00", "payout": {"id": "26722", "external_reference":
    "po_1d0b78bca69473c20b1173926e806622"}, "amount": 401.72, "currency_id": "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payout.in_progress", "code": "KIND_IGNORED"}]
    $$
),
(
    'payout refunded in part',
    $$
    {"id": "736669", "external_reference": "po_1d0b78bca69473c20b1173926e806622", "status":
    "partially_refunded", "status_detail": "partially_refunded", "created_date":
    "2026-03-03T15:20:20.000+00:00", "last_updated_date": "2026-03-03T15:20:25.470+00:00", "payout": {"id":
    "26722", "external_reference": "po_1d0b78bca69473c20b1173926e806622"}, "amount": 401.72, "currency_id":
    "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "payout.partially_refunded", "code": "NEEDS_A_PERSON"}]
    $$
),
(
    'payout of somebody else',
    $$
    {"id": "736669", "external_reference": "invoice 7", "status": "success", "status_detail": "accredited",
    "created_date": "2026-03-03T15:20:20.000+00:00", "last_updated_date": "2026-03-03T15:20:25.470+00:00",
    "payout": {"id": "26722", "external_reference": "po_1d0b78bca69473c20b1173926e806622"}, "amount":
    401.72, "currency_id": "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payout.success", "code": "PAYOUT_NOT_OURS"}]
    $$
),
(
    'payout not yet accredited',
    $$
    {"id": "736669", "external_reference": "po_1d0b78bca69473c20b1173926e806622", "status": "success",
    "status_detail": "in_progress", "created_date": "2026-03-03T15:20:20.000+00:00", "last_updated_date":
    "2026-03-03T15:20:25.470+00:00", "payout": {"id": "26722", "external_reference":
    "po_1d0b78bca69473c20b1173926e806622"}, "amount": 401.72, "currency_id": "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "payout.success", "code": "STATE_IGNORED"}]
    $$
),
(
    'payout in a new state',
    $$
    {"id": "736669", "external_reference": "po_1d0b78bca69473c20b1173926e806622", "status": "melted",
    "status_detail": "melted", "created_date": "2026-03-03T15:20:20.000+00:00", "last_updated_date":
    "2026-03-03T15:20:25.470+00:00", "payout": {"id": "26722", "external_reference":
    "po_1d0b78bca69473c20b1173926e806622"}, "amount": 401.72, "currency_id": "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "unknown", "kind": "payout.melted", "code": "KIND_UNKNOWN"}]
    $$
),
(
    'payout sent back',
    $$
    {"id": "736669", "external_reference": "po_1d0b78bca69473c20b1173926e806622", "status": "refunded",
    "status_detail": "refunded", "created_date": "2026-03-03T15:20:20.000+00:00", "last_updated_date":
    "2026-03-03T15:20:25.470+00:00", "payout": {"id": "26722", "external_reference":
    "po_1d0b78bca69473c20b1173926e806622"}, "amount": 401.72, "currency_id": "PEN"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "payout.refunded", "event": {"event_id": "payout:736669:refunded",
    "event_type": "payout_failed", "failure_code": "refunded", "payout_id":
    "po_1d0b78bca69473c20b1173926e806622", "occurred_at": "2026-03-03T15:20:25.470+00:00", "currency":
    "PEN", "amount": 40172}}]
    $$
);

select is(
    (
        select jsonb_agg(jsonb_strip_nulls(to_jsonb(r) - 'message'))
        from inbound.read_mercadopago(d.document, d.settings) as r
    ),
    d.readings,
    'reads ' || d.name
)
from documents as d
order by d.no;

select * from finish();
rollback;
