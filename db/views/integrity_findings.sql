create or replace view reporting.integrity_findings
with (security_barrier) as
-- The checks themselves are the views check_*. A filter on check_name leaves only its branch: the
-- names are constants.
select
    f.check_name,
    k.severity,
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from (
    select
        'acceptance_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_acceptance_differs as c
    union all
    select
        'acceptance_without_refusal'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_acceptance_without_refusal as c
    union all
    select
        'account_differs_from_last_entry'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_account_differs_from_last_entry as c
    union all
    select
        'account_differs_from_restaurant'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_account_differs_from_restaurant as c
    union all
    select
        'account_missing'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_account_missing as c
    union all
    select
        'account_out_of_range'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_account_out_of_range as c
    union all
    select
        'amount_out_of_range'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_amount_out_of_range as c
    union all
    select
        'available_day_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_available_day_differs as c
    union all
    select
        'balance_unequal_to_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_balance_unequal_to_entries as c
    union all
    select
        'business_day_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_business_day_differs as c
    union all
    select
        'business_day_near_midnight'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_business_day_near_midnight as c
    union all
    select
        'catalog_differs_from_deploy'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_catalog_differs_from_deploy as c
    union all
    select
        'charge_of_closed_restaurant'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_charge_of_closed_restaurant as c
    union all
    select
        'charge_without_its_payment'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_charge_without_its_payment as c
    union all
    select
        'clearing_unequal_to_owed'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_clearing_unequal_to_owed as c
    union all
    select
        'closed_day_unequal_to_payouts'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_closed_day_unequal_to_payouts as c
    union all
    select
        'deferral_without_end'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_deferral_without_end as c
    union all
    select
        'deferred_count_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_deferred_count_differs as c
    union all
    select
        'deferred_event_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_deferred_event_differs as c
    union all
    select
        'dismissal_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_dismissal_differs as c
    union all
    select
        'duplicate_business_content'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_duplicate_business_content as c
    union all
    select
        'entry_after_closed_day'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_after_closed_day as c
    union all
    select
        'entry_differs_from_event'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_differs_from_event as c
    union all
    select
        'entry_seq_gap'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_seq_gap as c
    union all
    select
        'entry_type_unknown'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_type_unknown as c
    union all
    select
        'entry_unlike_rule_of_its_time'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_unlike_rule_of_its_time as c
    union all
    select
        'entry_without_event_or_payout'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_entry_without_event_or_payout as c
    union all
    select
        'event_deferred_long'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_deferred_long as c
    union all
    select
        'event_differs_from_document'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_differs_from_document as c
    union all
    select
        'event_differs_from_rule'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_differs_from_rule as c
    union all
    select
        'event_kept_twice'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_kept_twice as c
    union all
    select
        'event_order_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_order_differs as c
    union all
    select
        'event_reversed_twice'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_reversed_twice as c
    union all
    select
        'event_subject_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_subject_differs as c
    union all
    select
        'event_type_unknown'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_type_unknown as c
    union all
    select
        'event_waits_in_vain'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_waits_in_vain as c
    union all
    select
        'event_without_its_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_without_its_entries as c
    union all
    select
        'event_without_rule'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_event_without_rule as c
    union all
    select
        'held_unequal_to_open_holds'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_held_unequal_to_open_holds as c
    union all
    select
        'hold_overdrawn'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_hold_overdrawn as c
    union all
    select
        'holding_differs_from_event'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_holding_differs_from_event as c
    union all
    select
        'link_differs_from_document'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_link_differs_from_document as c
    union all
    select
        'link_to_another_kind'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_link_to_another_kind as c
    union all
    select
        'negative_available'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_negative_available as c
    union all
    select
        'negative_reserved_or_held'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_negative_reserved_or_held as c
    union all
    select
        'payment_of_another_restaurant'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payment_of_another_restaurant as c
    union all
    select
        'payment_overdrawn'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payment_overdrawn as c
    union all
    select
        'payments_since_moved'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payments_since_moved as c
    union all
    select
        'payout_above_available'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_above_available as c
    union all
    select
        'payout_amount_not_positive'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_amount_not_positive as c
    union all
    select
        'payout_below_available'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_below_available as c
    union all
    select
        'payout_carried_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_carried_differs as c
    union all
    select
        'payout_items_differ_from_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_items_differ_from_entries as c
    union all
    select
        'payout_items_do_not_add_up'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_items_do_not_add_up as c
    union all
    select
        'payout_outcome_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_outcome_differs as c
    union all
    select
        'payout_report_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_report_differs as c
    union all
    select
        'payout_run_dead'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_run_dead as c
    union all
    select
        'payout_run_differs_from_payouts'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_run_differs_from_payouts as c
    union all
    select
        'payout_run_left_out'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_run_left_out as c
    union all
    select
        'payout_schedule_stuck'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_schedule_stuck as c
    union all
    select
        'payout_skip_contradicts'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_skip_contradicts as c
    union all
    select
        'payout_status_differs_from_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_status_differs_from_entries as c
    union all
    select
        'payout_unequal_to_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_unequal_to_entries as c
    union all
    select
        'payout_unlike_its_run'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_unlike_its_run as c
    union all
    select
        'payout_waiting'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_waiting as c
    union all
    select
        'payout_without_reserve'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_payout_without_reserve as c
    union all
    select
        'pending_day_unequal_to_entries'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_pending_day_unequal_to_entries as c
    union all
    select
        'recorded_at_decreases'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_recorded_at_decreases as c
    union all
    select
        'recorded_at_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_recorded_at_differs as c
    union all
    select
        'reference_differs_from_deploy'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_reference_differs_from_deploy as c
    union all
    select
        'rejection_differs_from_document'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_rejection_differs_from_document as c
    union all
    select
        'reserve_differs_from_payout'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_reserve_differs_from_payout as c
    union all
    select
        'reserved_balance_unequal_to_open_payouts'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_reserved_balance_unequal_to_open_payouts as c
    union all
    select
        'reversal_not_mirror'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_reversal_not_mirror as c
    union all
    select
        'rule_history_broken'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_rule_history_broken as c
    union all
    select
        'running_balance_broken'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_running_balance_broken as c
    union all
    select
        'sequence_behind'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_sequence_behind as c
    union all
    select
        'settings_differ_from_changes'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_settings_differ_from_changes as c
    union all
    select
        'settlement_before_available'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_settlement_before_available as c
    union all
    select
        'settlement_day_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_settlement_day_differs as c
    union all
    select
        'subject_state_differs'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_subject_state_differs as c
    union all
    select
        'terms_differ_from_changes'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_terms_differ_from_changes as c
    union all
    select
        'timezone_unknown'::text as check_name,
        c.restaurant_id,
        c.currency,
        c.reference,
        c.finding
    from reporting.check_timezone_unknown as c
) as f
cross join
    lateral (
        -- No join: one could make each check as often as there are checks.
        select (
            select c.severity
            from reporting.integrity_checks as c
            where c.check_name = f.check_name
        ) as severity
    ) as k;

comment on view reporting.integrity_findings is
'What is wrong in the ledger: no row of severity error on a sound database. A filter on '
'check_name runs that check alone.';
comment on column reporting.integrity_findings.check_name is
'The check, see reporting.integrity_checks.';
comment on column reporting.integrity_findings.severity is
'error: must never happen; warning: legal, but a person should look.';
comment on column reporting.integrity_findings.restaurant_id is
'Null where the finding is about all restaurants of a currency.';
comment on column reporting.integrity_findings.currency is 'The currency; null: all.';
comment on column reporting.integrity_findings.reference is
'What to look up: a payout_id, an event_id, an entry by number, or the balance row.';
comment on column reporting.integrity_findings.finding is 'What was found, in words and figures.';
