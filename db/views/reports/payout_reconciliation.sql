create or replace view reporting.payout_reconciliation
with (security_barrier) as
select
    p.payout_id,
    p.run_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    i.gross_sales,
    i.fees,
    i.refunds,
    i.other_items,
    i.carried_in,
    i.carried_out,
    i.items_amount,
    e.reserved,
    e.released,
    e.paid_out,
    e.given_back,
    e.entry_count,
    i.items_amount = p.amount
    and e.reserved = p.amount
    and e.released = case p.status when 'CREATED' then 0 else p.amount end
    and e.paid_out = case p.status when 'PAID' then p.amount else 0 end
    and e.given_back = case when p.status in ('FAILED', 'CANCELED') then p.amount else 0 end
        as is_reconciled,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.external_id,
    p.failure_code,
    p.failure_reason
from ledger.payouts as p
cross join
    lateral (
        select
            coalesce(sum(x.amount) filter (where x.item_type = 'gross_sales'), 0) as gross_sales,
            coalesce(sum(x.amount) filter (where x.item_type = 'fees'), 0) as fees,
            coalesce(sum(x.amount) filter (where x.item_type = 'refunds'), 0) as refunds,
            coalesce(
                sum(x.amount) filter (
                    where x.item_type not in (
                        'gross_sales', 'fees', 'refunds', 'carried_in', 'carried_out'
                    )
                ), 0
            ) as other_items,
            coalesce(sum(x.amount) filter (where x.item_type = 'carried_in'), 0) as carried_in,
            coalesce(sum(x.amount) filter (where x.item_type = 'carried_out'), 0) as carried_out,
            coalesce(sum(x.amount), 0) as items_amount
        from ledger.payout_items as x
        where x.restaurant_id = p.restaurant_id and x.payout_id = p.payout_id
    ) as i
cross join lateral (
    select
        coalesce(sum(x.amount) filter (where t.reserved_effect = 1), 0) as reserved,
        coalesce(sum(x.amount) filter (where t.reserved_effect = -1), 0) as released,
        coalesce(
            sum(
                case 'processor_clearing'
                    when t.credit_account then x.amount when t.debit_account then -x.amount
                end
            ), 0
        ) as paid_out,
        coalesce(
            sum(x.amount) filter (
                where t.credit_account = 'restaurant_available'
                and t.debit_account in ('restaurant_reserved', 'processor_clearing')
            ), 0
        ) as given_back,
        count(*) as entry_count
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    where x.restaurant_id = p.restaurant_id and x.payout_id = p.payout_id
) as e;

comment on view reporting.payout_reconciliation is
'Each payout beside its items and the ledger entries about it. is_reconciled is true in every row '
'of a sound book; amounts are minor units of the currency.';
comment on column reporting.payout_reconciliation.payout_id is
'Derived from restaurant, currency and as_of; the reference at the bank.';
comment on column reporting.payout_reconciliation.run_id is 'The run that created it.';
comment on column reporting.payout_reconciliation.restaurant_id is 'Who is paid.';
comment on column reporting.payout_reconciliation.currency is 'The currency.';
comment on column reporting.payout_reconciliation.as_of is
'The last settlement day that it pays.';
comment on column reporting.payout_reconciliation.status is 'CREATED, PAID, FAILED or CANCELED.';
comment on column reporting.payout_reconciliation.amount is 'What is paid.';
comment on column reporting.payout_reconciliation.gross_sales is 'The item gross_sales; 0: none.';
comment on column reporting.payout_reconciliation.fees is 'The item fees, negative; 0: none.';
comment on column reporting.payout_reconciliation.refunds is 'The item refunds, negative; 0: none.';
comment on column reporting.payout_reconciliation.other_items is
'All other items but the two that carry; reporting.payout_items has them one by one.';
comment on column reporting.payout_reconciliation.carried_in is
'What earlier payouts held back; 0: nothing.';
comment on column reporting.payout_reconciliation.carried_out is
'What this one holds back, negative; 0: nothing.';
comment on column reporting.payout_reconciliation.items_amount is 'The sum of the items.';
comment on column reporting.payout_reconciliation.reserved is 'What its entries have reserved.';
comment on column reporting.payout_reconciliation.released is
'What its entries have taken out of the reserve.';
comment on column reporting.payout_reconciliation.paid_out is
'What its entries have paid from the processor''s account, less what came back.';
comment on column reporting.payout_reconciliation.given_back is
'What its entries have made available to the restaurant again.';
comment on column reporting.payout_reconciliation.entry_count is 'Ledger entries about it.';
comment on column reporting.payout_reconciliation.is_reconciled is
'Whether items and entries are what amount and status say.';
comment on column reporting.payout_reconciliation.created_at is 'When it was created.';
comment on column reporting.payout_reconciliation.paid_at is
'When the processor says that it was paid.';
comment on column reporting.payout_reconciliation.failed_at is
'When the processor says that it failed or was sent back.';
comment on column reporting.payout_reconciliation.canceled_at is 'When it was canceled.';
comment on column reporting.payout_reconciliation.submitted_at is
'When it was handed over to whoever pays it; null: not yet.';
comment on column reporting.payout_reconciliation.external_id is
'The bank''s or processor''s own id of it, as its statement bears it.';
comment on column reporting.payout_reconciliation.failure_code is
'Why it failed; see reporting.payout_failure_codes.';
comment on column reporting.payout_reconciliation.failure_reason is
'Why it failed, as the processor says.';
