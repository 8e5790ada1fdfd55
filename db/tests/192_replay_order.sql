-- In which order what was refused is evaluated again, and since when what was accepted counts.
begin;
select plan(7);

create function pg_temp.send(p_id text, p_change jsonb) returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', 'res_1', 'currency', 'PEN', 'amount', 1000
    ) || p_change
) as a
$$;

select is(
    (select s.unknown_restaurants from api.set_platform_settings('refuse') as s), 'refuse',
    'a platform that wants to know its restaurants'
);
select is(
    array[
        pg_temp.send('z_first', '{}'), pg_temp.send('a_second', '{}'), pg_temp.send('m_third', '{}')
    ],
    array[
        'rejected RESTAURANT_UNKNOWN', 'rejected RESTAURANT_UNKNOWN', 'rejected RESTAURANT_UNKNOWN'
    ],
    'refuses three charges of one that it does not know'
);
select is(
    (
        select array_agg(r.event_id order by r.place)
        from ledger.find_replays('RESTAURANT_UNKNOWN', 10) with ordinality as r (event_id, provider, place)
    ),
    array['z_first', 'a_second', 'm_third'],
    'a replay of many evaluates those of an account in the order in which they were received'
);
select is(
    (
        select array_agg(r.event_id order by r.place)
        from ledger.find_replays('RESTAURANT_UNKNOWN', 2) with ordinality as r (event_id, provider, place)
    ),
    array['z_first', 'a_second'], 'and takes those first that were evaluated longest ago'
);

select is(
    (select s.unknown_restaurants from api.set_platform_settings('register') as s), 'register',
    'the platform takes whoever comes'
);
select is(
    array[
        pg_temp.send('charge', '{"payment_id": "p_1"}'),
        pg_temp.send(
            'refund',
            '{"event_type": "refund_succeeded", "payment_id": "p_1", "refund_id": "r_1", "amount": 1001}'
        ),
        (select a.status from api.accept_event('refund', 'it happened', p_actor => 'ana') as a)
    ],
    array['processed', 'rejected AMOUNT_EXCEEDS_PAYMENT', 'processed'],
    'a person accepts a refund that takes more than there is'
);
select is(
    (select e.received_at from ledger.processor_events as e where e.event_id = 'refund'),
    (select r.received_at from ledger.event_rejections as r where r.event_id = 'refund'),
    'it was received when it was refused: so it is the event, not the refusal, that counts since then'
);

select * from finish();
rollback;
