-- Accounts of the peer for <restaurants> restaurants: in mode 'shared' all of them with the same
-- clearing and fee accounts, in mode 'own' each with its own.
create schema if not exists bench;
create table bench.peer_accounts (
    is_shared integer not null,
    restaurant_no integer not null,
    clearing_id text not null,
    restaurant_id text not null,
    fees_id text not null,
    constraint peer_accounts_pkey primary key (is_shared, restaurant_no)
);
with shared as materialized (
    select
        (select a.id from pgledger_create_account('clearing', 'PEN') as a) as clearing_id,
        (select a.id from pgledger_create_account('fees', 'PEN') as a) as fees_id
)

insert into bench.peer_accounts (is_shared, restaurant_no, clearing_id, restaurant_id, fees_id)
select
    1,
    r.restaurant_no,
    s.clearing_id,
    a.id,
    s.fees_id
from shared as s
cross join generate_series(1, %(restaurants)s) as r (restaurant_no)
cross join lateral pgledger_create_account('res_' || r.restaurant_no, 'PEN') as a;

insert into bench.peer_accounts (is_shared, restaurant_no, clearing_id, restaurant_id, fees_id)
select
    0,
    r.restaurant_no,
    c.id,
    a.id,
    f.id
from generate_series(1, %(restaurants)s) as r (restaurant_no)
cross join lateral pgledger_create_account('own_clearing_' || r.restaurant_no, 'PEN') as c
cross join lateral pgledger_create_account('own_' || r.restaurant_no, 'PEN') as a
cross join lateral pgledger_create_account('own_fees_' || r.restaurant_no, 'PEN') as f;
