create or replace view reporting.payouts_waiting
with (security_barrier) as
select
    p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.amount,
    p.created_at,
    p.submitted_at,
    p.submitted_by,
    p.confirmed_at,
    p.external_id,
    now() - p.created_at as age,
    case
        when p.confirmed_at is not null then 'bank'
        when p.submitted_at is not null then 'disburser'
        else 'nobody'
    end as waits_for
from ledger.payouts as p
where
    p.status = 'CREATED'
    and p.created_at < now() - (
        select make_interval(hours => s.payouts_waiting_hours)
        from ledger.platform_settings as s
    );

comment on view reporting.payouts_waiting is
'Payouts that have been CREATED for longer than the platform''s setting payouts_waiting_hours: '
'somebody should ask where they are.';
comment on column reporting.payouts_waiting.payout_id is 'The payout.';
comment on column reporting.payouts_waiting.restaurant_id is 'Who is to be paid.';
comment on column reporting.payouts_waiting.currency is 'The currency.';
comment on column reporting.payouts_waiting.as_of is
'The last settlement day that the payout pays.';
comment on column reporting.payouts_waiting.amount is 'Minor units of the currency.';
comment on column reporting.payouts_waiting.created_at is 'When it was created.';
comment on column reporting.payouts_waiting.submitted_at is
'When a disburser took it; null: nobody has.';
comment on column reporting.payouts_waiting.submitted_by is 'Who took it.';
comment on column reporting.payouts_waiting.confirmed_at is
'When the disburser confirmed that the bank or the processor has it.';
comment on column reporting.payouts_waiting.external_id is
'The bank''s or the processor''s own id of it.';
comment on column reporting.payouts_waiting.age is 'How long it has been CREATED.';
comment on column reporting.payouts_waiting.waits_for is
'Whom to ask. nobody: it was never taken; disburser: taken and not confirmed; bank: the bank or '
'the processor has it and has not told what became of it.';
