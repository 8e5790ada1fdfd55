-- inbound.read_adyen: one document for each way through it; all of them are in tests/webhooks.
begin;
select plan(10);

create temporary table documents (
    name text, document jsonb, settings jsonb, readings jsonb, no integer generated always as identity
);
insert into documents (name, document, settings, readings)
values
(
    'capture of centavos of chile',
    $$
    {"live": "true", "notificationItems": [{"NotificationRequestItem": {"additionalData":
    {"metadata.restaurant_id": "res_102", "hmacSignature": "wy5Rb3CbO3Rp8i5Yw9dPBWlJwqfqYAqjw1vvNpj3tQY="},
    "amount": {"currency": "CLP", "value": 1050}, "eventCode": "CAPTURE", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference": "rsv_6001",
    "paymentMethod": "visa", "pspReference": "WNS7WQ756L2GWR82", "reason": "", "success": "true",
    "originalReference": "ZP5G7KSLGN2GWR82"}}]}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "CAPTURE", "code": "AMOUNT_NOT_EXACT", "field": "amount"}]
    $$
),
(
    'second chargeback',
    $$
    {"live": "true", "notificationItems": [{"NotificationRequestItem": {"additionalData": {"disputeStatus":
    "Lost"}, "amount": {"currency": "CLP", "value": 2500000}, "eventCode": "SECOND_CHARGEBACK", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference": "rsv_6001",
    "paymentMethod": "visa", "pspReference": "KHXJL4C4P3P7CT82", "reason": "", "success": "true",
    "originalReference": "QFQTPCQ8HXSKGK82"}}]}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "SECOND_CHARGEBACK", "event": {"event_id":
    "SECOND_CHARGEBACK:KHXJL4C4P3P7CT82", "event_type": "dispute_opened", "dispute_id":
    "KHXJL4C4P3P7CT82:2", "metadata": {}, "payment_id": "QFQTPCQ8HXSKGK82", "occurred_at":
    "2026-01-05T21:10:00-03:00", "livemode": true, "currency": "CLP", "amount": 25000}}, {"outcome":
    "event", "kind": "SECOND_CHARGEBACK", "event": {"event_id": "SECOND_CHARGEBACK:KHXJL4C4P3P7CT82:lost",
    "event_type": "dispute_lost", "dispute_id": "KHXJL4C4P3P7CT82:2", "metadata": {}, "payment_id":
    "QFQTPCQ8HXSKGK82", "occurred_at": "2026-01-05T21:10:00-03:00", "livemode": true, "currency": "CLP",
    "amount": 25000}}]
    $$
),
(
    'transfer booked',
    $$
    {"data": {"id": "48POO45ZKG11IXQL", "accountHolder": {"id": "AH32272223222B5CTDBMR6W2Z", "description":
    "Res 102"}, "amount": {"value": 1710000, "currency": "CLP"}, "balanceAccount": {"id":
    "BA32272223222B5CTDNB66W2Z", "reference": "res_102"}, "category": "bank", "direction": "outgoing",
    "reason": "approved", "reference": "po_e5577feb6dcb5db4b9f23f2350f943d8", "status": "booked",
    "transferDirection": "outgoing", "type": "bankTransfer"}, "environment": "live", "timestamp":
    "2026-03-03T15:00:00+01:00", "type": "balancePlatform.transfer.updated"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "balancePlatform.transfer.updated", "event": {"event_id":
    "48POO45ZKG11IXQL:booked", "event_type": "payout_paid", "payout_id":
    "po_e5577feb6dcb5db4b9f23f2350f943d8", "currency": "CLP", "amount": 17100, "livemode": true,
    "occurred_at": "2026-03-03T15:00:00+01:00"}}]
    $$
),
(
    'transfer under way',
    $$
    {"data": {"id": "48POO45ZKG11IXQL", "accountHolder": {"id": "AH32272223222B5CTDBMR6W2Z", "description":
    "Res 102"}, "amount": {"value": 1710000, "currency": "CLP"}, "balanceAccount": {"id":
    "BA32272223222B5CTDNB66W2Z", "reference": "res_102"}, "category": "bank", "direction": "outgoing",
    "reason": "approved", "reference": "po_e5577feb6dcb5db4b9f23f2350f943d8", "status": "authorised",
    "transferDirection": "outgoing", "type": "bankTransfer"}, "environment": "live", "timestamp":
    "2026-03-03T15:00:00+01:00", "type": "balancePlatform.transfer.updated"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "balancePlatform.transfer.updated", "code": "STATE_IGNORED"}]
    $$
),
(
    'transfer of somebody else',
    $$
    {"data": {"id": "48POO45ZKG11IXQL", "accountHolder": {"id": "AH32272223222B5CTDBMR6W2Z", "description":
    "Res 102"}, "amount": {"value": 1710000, "currency": "CLP"}, "balanceAccount": {"id":
    "BA32272223222B5CTDNB66W2Z", "reference": "res_102"}, "category": "bank", "direction": "outgoing",
    "reason": "approved", "reference": "Sweep of the evening", "status": "booked", "transferDirection":
    "outgoing", "type": "bankTransfer"}, "environment": "live", "timestamp": "2026-03-03T15:00:00+01:00",
    "type": "balancePlatform.transfer.updated"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "balancePlatform.transfer.updated", "code": "PAYOUT_NOT_OURS"}]
    $$
),
(
    'payout expired',
    $$
    {"live": "true", "notificationItems": [{"NotificationRequestItem": {"additionalData": {}, "amount":
    {"currency": "CLP", "value": 1710000}, "eventCode": "PAYOUT_EXPIRE", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference":
    "po_e5577feb6dcb5db4b9f23f2350f943d8", "paymentMethod": "visa", "pspReference": "8815281505278154",
    "reason": "", "success": "true"}}]}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "PAYOUT_EXPIRE", "event": {"event_id": "PAYOUT_EXPIRE:8815281505278154",
    "event_type": "payout_failed", "payout_id": "po_e5577feb6dcb5db4b9f23f2350f943d8", "occurred_at":
    "2026-01-05T21:10:00-03:00", "livemode": true, "currency": "CLP", "amount": 17100}}]
    $$
),
(
    'payout of somebody else',
    $$
    {"live": "true", "notificationItems": [{"NotificationRequestItem": {"additionalData": {}, "amount":
    {"currency": "CLP", "value": 1710000}, "eventCode": "PAYOUT_THIRDPARTY", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference": "invoice 7",
    "paymentMethod": "visa", "pspReference": "8815281505278154", "reason": "", "success": "true"}}]}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "ignored", "kind": "PAYOUT_THIRDPARTY", "code": "PAYOUT_NOT_OURS"}]
    $$
),
(
    'three items',
    $$
    {"live": "true", "notificationItems": [{"NotificationRequestItem": {"additionalData":
    {"metadata.restaurant_id": "res_102", "hmacSignature": "wy5Rb3CbO3Rp8i5Yw9dPBWlJwqfqYAqjw1vvNpj3tQY="},
    "amount": {"currency": "CLP", "value": 2500000}, "eventCode": "CAPTURE", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference": "rsv_6001",
    "paymentMethod": "visa", "pspReference": "WNS7WQ756L2GWR82", "reason": "", "success": "true",
    "originalReference": "ZP5G7KSLGN2GWR82"}}, {"NotificationRequestItem": {"additionalData": {}, "amount":
    {"currency": "CLP", "value": 2500000}, "eventCode": "SOMETHING_NEW", "eventDate":
    "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL", "merchantReference": "rsv_6001",
    "paymentMethod": "visa", "pspReference": "WNS7WQ756L2GWR83", "reason": "", "success": "true"}},
    {"NotificationRequestItem": {"additionalData": {}, "amount": {"currency": "CLP", "value": 500000},
    "eventCode": "REFUND", "eventDate": "2026-01-05T21:10:00-03:00", "merchantAccountCode": "PlatformCL",
    "merchantReference": "rsv_6001", "paymentMethod": "visa", "pspReference": "HTN7BQ9K4L2GWR82", "reason":
    "", "success": "true", "originalReference": "QFQTPCQ8HXSKGK82"}}]}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "event", "kind": "CAPTURE", "event": {"event_id": "CAPTURE:WNS7WQ756L2GWR82", "event_type":
    "charge_succeeded", "payment_id": "ZP5G7KSLGN2GWR82", "restaurant_id": "res_102", "metadata":
    {"reservation_id": "rsv_6001"}, "occurred_at": "2026-01-05T21:10:00-03:00", "livemode": true,
    "currency": "CLP", "amount": 25000}}, {"outcome": "unknown", "kind": "SOMETHING_NEW", "code":
    "KIND_UNKNOWN"}, {"outcome": "event", "kind": "REFUND", "event": {"event_id": "REFUND:HTN7BQ9K4L2GWR82",
    "event_type": "refund_succeeded", "metadata": {}, "refund_id": "HTN7BQ9K4L2GWR82", "payment_id":
    "QFQTPCQ8HXSKGK82", "occurred_at": "2026-01-05T21:10:00-03:00", "livemode": true, "currency": "CLP",
    "amount": 5000}}]
    $$
),
(
    'transfer without status',
    $$
    {"data": {"id": "48POO45ZKG11IXQL", "accountHolder": {"id": "AH32272223222B5CTDBMR6W2Z", "description":
    "Res 102"}, "amount": {"value": 1710000, "currency": "CLP"}, "balanceAccount": {"id":
    "BA32272223222B5CTDNB66W2Z", "reference": "res_102"}, "category": "bank", "direction": "outgoing",
    "reason": "approved", "reference": "po_e5577feb6dcb5db4b9f23f2350f943d8", "status": null,
    "transferDirection": "outgoing", "type": "bankTransfer"}, "environment": "live", "timestamp":
    "2026-03-03T15:00:00+01:00", "type": "balancePlatform.transfer.updated"}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "refused", "kind": "balancePlatform.transfer.updated", "code": "STATE_UNKNOWN"}]
    $$
),
(
    'unknown type',
    $$
    {"type": "balancePlatform.dispute.created", "environment": "live", "data": {}}
    $$,
    $$
    {}
    $$,
    $$
    [{"outcome": "unknown", "kind": "balancePlatform.dispute.created", "code": "KIND_UNKNOWN"}]
    $$
);

select is(
    (
        select jsonb_agg(jsonb_strip_nulls(to_jsonb(r) - 'message'))
        from inbound.read_adyen(d.document, d.settings) as r
    ),
    d.readings,
    'reads ' || d.name
)
from documents as d
order by d.no;

select * from finish();
rollback;
