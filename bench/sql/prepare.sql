-- Prepared arrays of events for the restaurants res_1 .. res_<restaurants>, whose accounts
-- known_events.sql opens. Lane 0 holds all restaurants, lane 1 the first half,
-- lane 2 the second half of them and lane 3 the first one alone.
create schema bench;
create table bench.events (
    lane integer not null,
    array_no integer not null,
    event_id text not null,
    restaurant_id text not null,
    amount bigint not null,
    occurred_at timestamptz not null,
    payload jsonb not null
);
create table bench.arrays (
    lane integer not null,
    array_no integer not null,
    events jsonb not null,
    constraint arrays_pkey primary key (lane, array_no)
);
-- Uncompressed, so that reading them costs no more than a client's sending them.
alter table bench.arrays alter column events set storage external;

insert into bench.events (lane, array_no, event_id, restaurant_id, amount, occurred_at, payload)
select
    d.lane,
    d.array_no,
    d.payload ->> 'event_id',
    d.payload ->> 'restaurant_id',
    (d.payload ->> 'amount')::bigint,
    (d.payload ->> 'occurred_at')::timestamptz,
    d.payload
from (
    select
        l.lane,
        a.array_no,
        jsonb_build_object(
            'event_id', 'evt_' || l.lane || '_' || a.array_no || '_' || i.item_no,
            'event_type', 'charge_succeeded',
            'occurred_at', '2025-01-15T18:30:' || (10 + floor(random() * 50)::integer) || 'Z',
            'restaurant_id',
            'res_' || (l.first_no + floor(random() * l.restaurants)::integer),
            'currency', 'PEN',
            'amount', 1000 + floor(random() * 89000)::integer,
            'fee', 95,
            'metadata', jsonb_build_object(
                'reservation_id', 'rsv_987', 'payment_id', 'pay_' || l.lane || '_' || a.array_no || '_' || i.item_no
            )
        ) as payload
    from (
        values
        (0, 1, %(restaurants)s),
        (1, 1, %(restaurants)s / 2),
        (2, %(restaurants)s / 2 + 1, %(restaurants)s / 2),
        (3, 1, 1)
    ) as l (lane, first_no, restaurants)
    cross join generate_series(1, %(arrays)s) as a (array_no)
    cross join generate_series(1, %(items)s) as i (item_no)
) as d;
create index events_lane_array_no_idx on bench.events (lane, array_no);

insert into bench.arrays (lane, array_no, events)
select
    e.lane,
    e.array_no,
    jsonb_agg(e.payload)
from bench.events as e
group by e.lane, e.array_no;

-- Which array comes next: one sequence a lane, and one for the floor.
create sequence bench.lane_0;
create sequence bench.lane_1;
create sequence bench.lane_2;
create sequence bench.lane_floor;
create sequence bench.lane_3;
