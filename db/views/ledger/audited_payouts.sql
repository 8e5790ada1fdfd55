-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_payouts as
select
    p.restaurant_id,
    p.payout_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.submitted_by,
    p.confirmed_at,
    p.confirmed_by,
    p.external_id,
    p.failure_code,
    p.failure_reason
from ledger.payouts as p
where ledger.audits_everything()

union all

select
    p.restaurant_id,
    p.payout_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.submitted_by,
    p.confirmed_at,
    p.confirmed_by,
    p.external_id,
    p.failure_code,
    p.failure_reason
from
    unnest(
        ledger.read_audit_scope('payout_restaurant_id'), ledger.read_audit_scope('payout_id')
    ) as k (restaurant_id, payout_id)
cross join
    lateral (
        select x.*
        from ledger.payouts as x
        where x.restaurant_id = k.restaurant_id and x.payout_id = k.payout_id
        offset 0  -- noqa: AM09
    ) as p
where not ledger.audits_everything();

comment on view ledger.audited_payouts is
'The payouts that an audit looks at: of each account those made since its last audited '
'seal, those under way, and those that an entry since has moved; or all.';
comment on column ledger.audited_payouts.restaurant_id is 'Who is paid.';
comment on column ledger.audited_payouts.payout_id is 'The payout.';
comment on column ledger.audited_payouts.currency is 'The currency.';
comment on column ledger.audited_payouts.as_of is 'The last day that it pays.';
comment on column ledger.audited_payouts.status is 'CREATED, PAID, FAILED or CANCELED.';
comment on column ledger.audited_payouts.amount is 'Minor units.';
comment on column ledger.audited_payouts.reserve_entry_seq is 'The entry that reserved it.';
comment on column ledger.audited_payouts.run_id is 'The run that made it.';
comment on column ledger.audited_payouts.created_at is 'When it was made.';
comment on column ledger.audited_payouts.paid_at is 'When it was paid.';
comment on column ledger.audited_payouts.failed_at is 'When it failed.';
comment on column ledger.audited_payouts.canceled_at is 'When it was canceled.';
comment on column ledger.audited_payouts.submitted_at is 'When it was handed over.';
comment on column ledger.audited_payouts.submitted_by is 'To whom.';
comment on column ledger.audited_payouts.confirmed_at is 'When that was confirmed.';
comment on column ledger.audited_payouts.confirmed_by is 'By whom.';
comment on column ledger.audited_payouts.external_id is 'The banks id.';
comment on column ledger.audited_payouts.failure_code is 'Why it failed, as a code.';
comment on column ledger.audited_payouts.failure_reason is 'Why, in words.';
