create or replace view ledger.payout_chain as
select
    p.restaurant_id,
    p.currency,
    p.payout_id,
    p.as_of,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    b.payout_id as previous_payout_id,
    b.as_of as previous_as_of,
    b.reserve_entry_seq as previous_reserve_seq
from ledger.audited_payouts as p
left join
    lateral (
        select
            x.payout_id,
            x.as_of,
            x.reserve_entry_seq
        from ledger.payouts as x
        where
            x.restaurant_id = p.restaurant_id
            and x.currency = p.currency
            and x.as_of < p.as_of
        order by x.as_of desc
        limit 1
    ) as b
    on true;

comment on view ledger.payout_chain is
'The payouts that an audit looks at, each with the one before it of its account, also where that '
'one is old. A payout pays the days from the one after the payout before it up to its own.';
comment on column ledger.payout_chain.restaurant_id is 'Who is paid.';
comment on column ledger.payout_chain.currency is 'The currency.';
comment on column ledger.payout_chain.payout_id is 'The payout.';
comment on column ledger.payout_chain.as_of is 'The last day that it pays.';
comment on column ledger.payout_chain.amount is 'Minor units.';
comment on column ledger.payout_chain.reserve_entry_seq is 'The entry that reserved it.';
comment on column ledger.payout_chain.run_id is 'The run that made it.';
comment on column ledger.payout_chain.previous_payout_id is
'The payout before it; null: it is the first.';
comment on column ledger.payout_chain.previous_as_of is 'The last day that the one before it pays.';
comment on column ledger.payout_chain.previous_reserve_seq is
'The entry that reserved the one before it.';
