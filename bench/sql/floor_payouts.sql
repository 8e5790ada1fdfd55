-- The rows that a payout run has written, by INSERT ... SELECT.
insert into floor.payout_runs
select r.*
from ledger.payout_runs as r
where r.run_id = '%(run_id)s';

insert into floor.payouts
select p.*
from ledger.payouts as p
where p.run_id = '%(run_id)s';

insert into floor.payout_items
select i.*
from ledger.payout_items as i
inner join ledger.payouts as p on i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id
where p.run_id = '%(run_id)s';

insert into floor.ledger_entries
select e.*
from ledger.ledger_entries as e
inner join ledger.payouts as p
    on e.restaurant_id = p.restaurant_id
    and e.currency = p.currency
    and e.entry_seq = p.reserve_entry_seq
where p.run_id = '%(run_id)s';
