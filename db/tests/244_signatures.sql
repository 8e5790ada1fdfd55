-- Who sent a webhook: signatures made elsewhere, of 2025-12-31 00:00 UTC, verified by a clock of the test.
begin;
select plan(24);

-- Sources with a secret each
create temporary table cases (
    scheme text, headers jsonb, query jsonb, body text, moved integer, is_right boolean, what text,
    no integer generated always as identity
);
do $do$
begin
    perform api.set_webhook_source('src_' || s.scheme, s.scheme)
    from unnest(array['standard', 'stripe', 'mercadopago', 'hmac', 'basic', 'adyen']) as s (scheme);
    perform api.add_webhook_secret('src_standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    perform api.add_webhook_secret('src_stripe', 'a secret of 24 characters');
    perform api.add_webhook_secret('src_mercadopago', 'a secret of 24 characters');
    perform api.add_webhook_secret('src_hmac', 'a secret of 24 characters');
    perform api.add_webhook_secret('src_basic', 'cuenta:open sesame');
    perform api.add_webhook_secret('src_adyen', '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056');
end
$do$;

insert into cases (scheme, headers, query, body, moved, is_right, what)
values
(
    'standard',
    '{"webhook-id": "msg_1", "webhook-timestamp": "1767139200", "webhook-signature":
    "v1,Hws0yfD1xw4k7cIJBTesfM8wj5TfylPDfUbVl34OPh4="}', '{}',
    '{"id": "evt_1"}', 0, true,
    'standard takes what is signed with its secret'
),
(
    'standard',
    '{"webhook-id": "msg_1", "webhook-timestamp": "1767139200", "webhook-signature":
    "v1,Hws0yfD1xw4k7cIJBTesfM8wj5TfylPDfUbVl34OPh4="}', '{}',
    '{"id": "evt_2"}', 0, false,
    'standard refuses the signature of another body'
),
(
    'standard',
    '{"webhook-id": "msg_1", "webhook-timestamp": "1767139200", "webhook-signature":
    "v1,Hws0yfD1xw4k7cIJBTesfM8wj5TfylPDfUbVl34OPh4="}', '{}',
    '{"id": "evt_1"}', 300, true,
    'standard takes it 300 seconds later'
),
(
    'standard',
    '{"webhook-id": "msg_1", "webhook-timestamp": "1767139200", "webhook-signature":
    "v1,Hws0yfD1xw4k7cIJBTesfM8wj5TfylPDfUbVl34OPh4="}', '{}',
    '{"id": "evt_1"}', 301, false,
    'standard refuses it 301 seconds later'
),
(
    'standard',
    '{"webhook-id": "msg_1", "webhook-timestamp": "1767139200", "webhook-signature":
    "v1,Hws0yfD1xw4k7cIJBTesfM8wj5TfylPDfUbVl34OPh4="}', '{}',
    '{"id": "evt_1"}', -301, false,
    'standard refuses it 301 seconds before'
),
(
    'stripe',
    '{"stripe-signature":
    "t=1767139200,v1=3502ef728a60187e68747818c2789c73cc58027fa202dc67ea1925b7e3c113b6"}', '{}',
    '{"id": "evt_1"}', 0, true,
    'stripe takes what is signed with its secret'
),
(
    'stripe',
    '{"stripe-signature":
    "t=1767139200,v1=3502ef728a60187e68747818c2789c73cc58027fa202dc67ea1925b7e3c113b6"}', '{}',
    '{"id": "evt_2"}', 0, false,
    'stripe refuses the signature of another body'
),
(
    'stripe',
    '{"stripe-signature":
    "t=1767139200,v1=3502ef728a60187e68747818c2789c73cc58027fa202dc67ea1925b7e3c113b6"}', '{}',
    '{"id": "evt_1"}', 300, true,
    'stripe takes it 300 seconds later'
),
(
    'stripe',
    '{"stripe-signature":
    "t=1767139200,v1=3502ef728a60187e68747818c2789c73cc58027fa202dc67ea1925b7e3c113b6"}', '{}',
    '{"id": "evt_1"}', 301, false,
    'stripe refuses it 301 seconds later'
),
(
    'stripe',
    '{"stripe-signature":
    "t=1767139200,v1=3502ef728a60187e68747818c2789c73cc58027fa202dc67ea1925b7e3c113b6"}', '{}',
    '{"id": "evt_1"}', -301, false,
    'stripe refuses it 301 seconds before'
),
(
    'hmac',
    '{"x-signature": "a6ed336341e282368eb40688703a38ef6fd729dd8df222d2972db96a4592ebb3"}', '{}',
    '{"id": "evt_1"}', 0, true,
    'hmac takes what is signed with its secret'
),
(
    'hmac',
    '{"x-signature": "a6ed336341e282368eb40688703a38ef6fd729dd8df222d2972db96a4592ebb3"}', '{}',
    '{"id": "evt_2"}', 0, false,
    'hmac refuses the signature of another body'
),
(
    'hmac',
    '{"x-signature": "zz"}', '{}',
    '{"id": "evt_1"}', 0, false,
    'hmac refuses what is no digest'
),
(
    'standard',
    '{"webhook-id": "msg_1"}', '{}',
    '{"id": "evt_1"}', 0, false,
    'standard refuses what lacks a header'
),
(
    'stripe',
    '{"stripe-signature": "t=nan,v1="}', '{}',
    '{"id": "evt_1"}', 0, false,
    'stripe refuses garbage'
),
(
    'mercadopago',
    '{"x-signature":
    "ts=1767139200,v1=d13f9a91b16c7caa83369ed1972319ebd2a9205129b8d5268a7400e16ad9e7a1",
    "x-request-id": "req-1"}', '{"data.id": "123"}',
    '{"id": "evt_1"}', 0, true,
    'mercadopago takes the signature of an id'
),
(
    'mercadopago',
    '{"x-signature":
    "ts=1767139200,v1=d13f9a91b16c7caa83369ed1972319ebd2a9205129b8d5268a7400e16ad9e7a1",
    "x-request-id": "req-1"}', '{"data.id": "124"}',
    '{"id": "evt_1"}', 0, false,
    'mercadopago refuses that of another id'
),
(
    'mercadopago',
    '{}', '{"data.id": "123"}',
    '{"id": "evt_1"}', 0, false,
    'mercadopago refuses no signature'
),
(
    'basic',
    '{"authorization": "Basic Y3VlbnRhOm9wZW4gc2VzYW1l"}', '{}',
    '{"id": "evt_1"}', 0, true,
    'basic takes the name and the password'
),
(
    'basic',
    '{"authorization": "Basic Y3VlbnRhOnNodXQ="}', '{}',
    '{"id": "evt_1"}', 0, false,
    'basic refuses another password'
),
(
    'adyen',
    '{}', '{}',
    '{"live": "true", "notificationItems": [{"NotificationRequestItem": {"amount": {"currency":
    "EUR", "value": 1130}, "eventCode": "CAPTURE", "eventDate": "2025-12-30T10:00:00+01:00",
    "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
    "originalReference": "8313547924770610", "pspReference": "7914073381342284", "success": "true",
    "additionalData": {"hmacSignature": "bcd2yXby0tX0bK2zrMN8xr1g6ZmaW7pkVkS0arlWTJM="}}},
    {"NotificationRequestItem": {"amount": {"currency": "EUR", "value": 1130}, "eventCode":
    "CAPTURE", "eventDate": "2025-12-30T10:00:00+01:00", "merchantAccountCode": "TestMerchant",
    "merchantReference": "a:b", "originalReference": "8313547924770610", "pspReference":
    "7914073381342284", "success": "true", "additionalData": {"hmacSignature":
    "ZhaxOBqM1y9M1SSNWhy56y6ADNcBgWmxZ2RyNJvdVMA="}}}]}', 0, true,
    'adyen takes items that are signed, escaped or not'
),
(
    'adyen',
    '{}', '{}',
    '{"live": "true", "notificationItems": [{"NotificationRequestItem": {"amount": {"currency":
    "EUR", "value": 1130}, "eventCode": "CAPTURE", "eventDate": "2025-12-30T10:00:00+01:00",
    "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
    "originalReference": "8313547924770610", "pspReference": "7914073381342284", "success": "true",
    "additionalData": {"hmacSignature": "bcd2yXby0tX0bK2zrMN8xr1g6ZmaW7pkVkS0arlWTJM="}}},
    {"NotificationRequestItem": {"amount": {"currency": "EUR", "value": 1131}, "eventCode":
    "CAPTURE", "eventDate": "2025-12-30T10:00:00+01:00", "merchantAccountCode": "TestMerchant",
    "merchantReference": "TestPayment-1407325143704", "originalReference": "8313547924770610",
    "pspReference": "7914073381342284", "success": "true", "additionalData": {"hmacSignature":
    "bcd2yXby0tX0bK2zrMN8xr1g6ZmaW7pkVkS0arlWTJM="}}}]}', 0, false,
    'adyen refuses a body of which one item is not'
),
(
    'adyen',
    '{}', '{}',
    '{"live": "true", "notificationItems": [{"NotificationRequestItem": {"amount": {"currency":
    "EUR", "value": 1130}, "eventCode": "CAPTURE", "eventDate": "2025-12-30T10:00:00+01:00",
    "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
    "originalReference": "8313547924770610", "pspReference": "7914073381342284", "success": "true",
    "additionalData": {}}}]}', 0, false,
    'adyen refuses an item without a signature'
),
(
    'adyen',
    '{}', '{}',
    '{"live": "true", "notificationItems": []}', 0, false,
    'adyen refuses no item'
);

-- What is kept of the secrets
create function pg_temp.keys(p_scheme text) returns inbound.source_secrets[]
language sql
as $$
select array_agg(s order by s.secret_no) from inbound.source_secrets as s where s.source = 'src_' || p_scheme
$$;

select is(
    case c.scheme
        when 'standard' then inbound.is_signed_standard(
            c.headers, convert_to(c.body, 'UTF8'), pg_temp.keys(c.scheme), m.moment
        )
        when 'stripe' then inbound.is_signed_stripe(
            c.headers, convert_to(c.body, 'UTF8'), pg_temp.keys(c.scheme), m.moment
        )
        when 'mercadopago' then inbound.is_signed_mercadopago(
            c.headers, c.query, pg_temp.keys(c.scheme), m.moment
        )
        when 'hmac' then inbound.is_signed_hmac(
            '{}', c.headers, convert_to(c.body, 'UTF8'), pg_temp.keys(c.scheme), m.moment
        )
        when 'basic' then inbound.is_signed_basic(c.headers, pg_temp.keys(c.scheme))
        when 'adyen' then inbound.is_signed_adyen(c.body::jsonb, pg_temp.keys(c.scheme))
    end,
    c.is_right,
    c.what
)
from cases as c
cross join lateral (
    select timestamptz '2025-12-31 00:00:00+00' + make_interval(secs => c.moved) as moment
) as m
order by c.no;

select * from finish();
rollback;
