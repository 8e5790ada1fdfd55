-- Every constraint of the ledger refuses what it is named for, asked one by one as a superuser.
begin;
select plan(159);

-- Something to damage
do $do$
begin
    perform api.ingest_event(
        '{"event_id": "evt_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'
    );
    perform api.ingest_event(
        '{"event_id": "evt_2", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z", "payment_id": "pay_2",
        "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'
    );
    perform api.run_payouts('PEN', '2025-12-30');
    perform api.confirm_payout(p.payout_id, 'bank_1') from ledger.payouts as p;
    perform api.set_restaurant('res_002');
    insert into ledger.cell (number, cells) values (0, 1);
    perform api.hold_funds('res_001', 'PEN', 1, 'why', 'hold_1');
    perform api.ingest_event(
        '{"event_id": "evt_3", "event_type": "refund_succeeded", "amount": 1, "currency": "PEN",
        "occurred_at": "2025-12-30T10:00:00Z", "payment_id": "pay_3", "restaurant_id": "res_001"}'
    );
end
$do$;

-- The name of the constraint that a statement runs into.
create function pg_temp.refused_by(p_statement text) returns text
language plpgsql
as $$
declare
    v_constraint text;
begin
    execute p_statement;
    return 'nothing';
exception
    when integrity_constraint_violation then
        get stacked diagnostics v_constraint = constraint_name;
        return v_constraint;
    when not_null_violation then
        return 'not null';
end
$$;

-- A copy of a row of a table, with some columns changed.
create function pg_temp.copy(p_table text, p_change jsonb) returns text
language sql
as $$
select format(
    'insert into ledger.%1$I (%2$s) %3$s select %2$s from '
    '(select x.* from (select t as r from ledger.%1$I as t %5$s order by t limit 1) as o, '
    'jsonb_populate_record(o.r, %4$L) as x) as y',
    p_table,
    (
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = ('ledger.' || p_table)::regclass and a.attnum > 0 and a.attgenerated = ''
    ),
    case
        when exists (
            select 1 from pg_catalog.pg_attribute as a
            where a.attrelid = ('ledger.' || p_table)::regclass and a.attidentity <> ''
        ) then 'overriding system value'
    end,
    p_change,
    -- the rule that has all of it, and the event that tells of a payment
    case p_table
        when 'posting_rules' then 'where t.event_type = ''charge_succeeded'''
        when 'processor_events' then 'where t.event_id = ''evt_2'''
    end
)
$$;
create function pg_temp.event_no(p_event_id text) returns bigint
language sql
as $$select e.event_no from ledger.processor_events as e where e.event_id = p_event_id$$;

create temporary table cases (
    constraint_name text, change jsonb, what text, table_name text,
    no integer generated always as identity
);
insert into cases (table_name, constraint_name, change, what)
values
('fx_rates', 'fx_rates_pkey', '{"rate": 4}', 'another rate of a day and pair'),
('fx_rates', 'fx_rates_base_fkey', '{"base": "ZZZ"}', 'an unknown base'),
('fx_rates', 'fx_rates_quote_fkey', '{"quote": "ZZZ"}', 'an unknown quote'),
(
    'fx_rates', 'fx_rates_source_format_check', '{"source": "ecb", "rate_date": "2025-12-29"}',
    'a source in small letters'
),
(
    'fx_rates', 'fx_rates_two_currencies_check', '{"quote": "USD", "rate_date": "2025-12-29"}',
    'a currency in itself'
),
(
    'fx_rates', 'fx_rates_rate_range_check', '{"rate": 0, "rate_date": "2025-12-29"}',
    'a rate of nothing'
),
(
    'fx_rates', 'fx_rates_rate_range_check', '{"rate": "NaN", "rate_date": "2025-12-29"}',
    'a rate that is no number'
),
(
    'fx_rates', 'fx_rates_rate_range_check', '{"rate": "Infinity", "rate_date": "2025-12-29"}',
    'a rate without end'
),
('reports', 'reports_pkey', '{}', 'a report twice'),
('currencies', 'currencies_pkey', '{"numeric_code": "000"}', 'a currency twice'),
(
    'currencies', 'currencies_payable_unit_range_check',
    '{"currency": "QQQ", "numeric_code": "000", "payable_unit": 0}', 'a payable unit of 0'
),
('currencies', 'currencies_numeric_code_key', '{"currency": "QQQ"}', 'a numeric code twice'),
(
    'currencies', 'currencies_currency_format_check', '{"currency": "pen", "numeric_code": "000"}',
    'small letters'
),
(
    'currencies', 'currencies_numeric_code_format_check',
    '{"currency": "QQQ", "numeric_code": "12"}', 'two digits'
),
(
    'currencies', 'currencies_exponent_range_check',
    '{"currency": "QQQ", "numeric_code": "000", "exponent": 5}', 'five decimals'
),
(
    'currencies', 'currencies_exponent_range_check',
    '{"currency": "QQQ", "numeric_code": "000", "exponent": -1}', 'tens'
),
('accounts', 'accounts_pkey', '{}', 'an account twice'),
(
    'accounts', 'accounts_class_known_check', '{"account": "x", "account_class": "equities"}',
    'an unknown class'
),
(
    'accounts', 'accounts_normal_side_known_check', '{"account": "x", "normal_side": "left"}',
    'a third side'
),
('entry_types', 'entry_types_pkey', '{}', 'an entry type twice'),
(
    'entry_types', 'entry_types_debit_account_fkey', '{"entry_type": "X", "debit_account": "x"}',
    'an unknown account to debit'
),
(
    'entry_types', 'entry_types_credit_account_fkey', '{"entry_type": "X", "credit_account": "x"}',
    'an unknown account to credit'
),
(
    'entry_types', 'entry_types_two_accounts_check',
    '{"entry_type": "X", "debit_account": "processor_fees", "credit_account": "processor_fees"}',
    'a movement in a circle'
),
(
    'entry_types', 'entry_types_payment_effect_known_check',
    '{"entry_type": "X", "payment_effect": 2}', 'an entry that makes a payment twice as much'
),
('event_types', 'event_types_pkey', '{}', 'an event type twice'),
(
    'event_types', 'event_types_first_type_fkey', '{"event_type": "x", "first_type": "y"}',
    'a subject that an unknown event tells of'
),
(
    'event_types', 'event_types_origin_known_check', '{"event_type": "x", "origin": "bank"}',
    'an unknown origin'
),
(
    'event_types', 'event_types_subject_known_check',
    '{"event_type": "x", "subject": "menu", "subject_field": "menu_id"}', 'an unknown subject'
),
(
    'event_types', 'event_types_subject_is_named_check',
    '{"event_type": "x", "subject": "payout", "subject_field": null}', 'a subject without a name'
),
('posting_rules', 'posting_rules_pkey', '{}', 'a rule twice'),
(
    'posting_rules', 'posting_rules_event_type_fkey', '{"event_type": "x"}',
    'a rule for an unknown event'
),
(
    'posting_rules', 'posting_rules_amount_entry_fkey',
    '{"subject_state": "PAID", "amount_entry": "x"}', 'an unknown entry type'
),
(
    'posting_rules', 'posting_rules_amount_entry_fkey',
    '{"subject_state": "PAID", "amount_balance_effect": -1}',
    'another effect on the balance than the entry type''s'
),
(
    'posting_rules', 'posting_rules_amount_entry_fkey',
    '{"subject_state": "PAID", "amount_reserved_effect": 1}',
    'another effect on reserves than the entry type''s'
),
(
    'posting_rules', 'posting_rules_amount_entry_fkey',
    '{"subject_state": "PAID", "amount_held_effect": 1}',
    'another effect on held money than the entry type''s'
),
(
    'posting_rules', 'posting_rules_amount_entry_fkey',
    '{"subject_state": "PAID", "is_delayed": false, "may_be_pending": false}',
    'another delay than the entry type''s'
),
(
    'posting_rules', 'posting_rules_fee_entry_fkey', '{"subject_state": "PAID", "fee_entry": "x"}',
    'an unknown entry type for the fee'
),
(
    'posting_rules', 'posting_rules_fee_entry_fkey',
    '{"subject_state": "PAID", "fee_balance_effect": 1}',
    'another effect of the fee than the entry type''s'
),
(
    'posting_rules', 'posting_rules_amount_effects_check',
    '{"subject_state": "PAID", "amount_held_effect": null}', 'an entry without all its effects'
),
(
    'posting_rules', 'posting_rules_fee_effects_check',
    '{"subject_state": "PAID", "fee_balance_effect": null}', 'a fee without all its effects'
),
(
    'posting_rules', 'posting_rules_fee_after_amount_check',
    '{"subject_state": "PAID", "amount_entry": null, "amount_balance_effect": null, '
    '"amount_reserved_effect": null, "amount_held_effect": null}', 'a fee without an amount'
),
(
    'posting_rules', 'posting_rules_fee_of_balance_check',
    '{"subject_state": "PAID", "fee_reserved_effect": 1}', 'a fee out of reserves'
),
(
    'posting_rules', 'posting_rules_new_posts_check',
    '{"event_type": "x", "fee_entry": null, "fee_balance_effect": null, '
    '"fee_reserved_effect": null, "fee_held_effect": null, "amount_entry": null, '
    '"amount_balance_effect": null, "amount_reserved_effect": null, "amount_held_effect": null}',
    'a fact without effect of which nothing was told before'
),
(
    'posting_rules', 'posting_rules_decided_known_check',
    '{"subject_state": "PAID", "decided": "maybe"}', 'a rule that is decided on now and then'
),
(
    'posting_rules', 'posting_rules_delay_may_be_pending_check',
    '{"subject_state": "PAID", "may_be_pending": false}', 'a delay of what cannot be pending'
),
('posting_rule_history', 'posting_rule_history_pkey', '{}', 'an old rule twice'),
('platform_settings', 'platform_settings_pkey', '{}', 'a second row of settings'),
('cell', 'cell_pkey', '{}', 'a second row that says which cell it is'),
('cell', 'cell_one_row_check', '{"is_singleton": false}', 'nor one beside it'),
('cell', 'cell_cells_power_of_two_check', '{"cells": 3}', 'three cells'),
('cell', 'cell_number_range_check', '{"number": 1}', 'cell 1 of 1'),
(
    'platform_settings', 'platform_settings_one_row_check', '{"is_singleton": false}',
    'a row of settings beside the one'
),
(
    'platform_settings', 'platform_settings_unknown_restaurants_known_check',
    '{"unknown_restaurants": "guess"}', 'another way with unknown restaurants'
),
(
    'platform_settings', 'platform_settings_payouts_waiting_hours_range_check',
    '{"payouts_waiting_hours": 0}', 'no patience at all with payouts'
),
(
    'platform_settings', 'platform_settings_deferred_warning_hours_range_check',
    '{"deferred_warning_hours": 8761}', 'patience for more than a year'
),
('setting_changes', 'setting_changes_pkey', '{}', 'a change of settings twice'),
('payout_terms', 'payout_terms_pkey', '{}', 'terms twice'),
(
    'payout_terms', 'payout_terms_restaurant_id_fkey', '{"restaurant_id": "x"}', 'terms of nobody'
),
('payout_terms', 'payout_terms_currency_fkey', '{"currency": "ZZZ"}', 'terms in no currency'),
(
    'payout_terms', 'payout_terms_min_amount_range_check', '{"currency": "USD", "min_amount": 0}',
    'a minimum of 0'
),
(
    'payout_terms', 'payout_terms_max_amount_range_check',
    '{"currency": "USD", "max_amount": 9007199254740992}', 'a maximum past 2^53 - 1'
),
(
    'payout_terms', 'payout_terms_min_not_above_max_check',
    '{"currency": "USD", "min_amount": 2, "max_amount": 1}', 'a minimum above the maximum'
),
(
    'payout_terms', 'payout_terms_payable_unit_range_check',
    '{"currency": "USD", "payable_unit": 0}', 'a payable unit of 0'
),
(
    'payout_terms', 'payout_terms_pause_is_explained_check',
    '{"currency": "USD", "is_paused": true, "paused_by": "x"}', 'a pause without a reason'
),
('payout_term_changes', 'payout_term_changes_pkey', '{}', 'a change of terms twice'),
(
    'payout_term_changes', 'payout_term_changes_restaurant_id_fkey',
    '{"restaurant_id": "x"}', 'a change of nobody''s terms'
),
('payout_failure_codes', 'payout_failure_codes_pkey', '{}', 'a failure code twice'),
(
    'payout_failure_codes', 'payout_failure_codes_code_format_check', '{"code": "a b"}',
    'a blank in a failure code'
),
('pending_days', 'pending_days_pkey', '{}', 'a pending day twice'),
('rejection_reasons', 'rejection_reasons_pkey', '{}', 'a reason twice'),
('restaurants', 'restaurants_pkey', '{}', 'a restaurant twice'),
(
    'restaurants', 'restaurants_restaurant_id_format_check', '{"restaurant_id": "a b"}',
    'a blank in the id'
),
('restaurants', 'restaurants_restaurant_id_format_check', '{"restaurant_id": ""}', 'an empty id'),
(
    'restaurants', 'restaurants_day_close_hour_range_check',
    '{"restaurant_id": "x", "day_close_hour": 8}', 'a night until 8'
),
(
    'restaurants', 'restaurants_day_close_hour_range_check',
    '{"restaurant_id": "x", "day_close_hour": -1}', 'a negative hour'
),
(
    'restaurants', 'restaurants_settlement_delay_range_check',
    '{"restaurant_id": "x", "settlement_delay_days": 61}', '61 days'
),
(
    'restaurants', 'restaurants_settlement_delay_range_check',
    '{"restaurant_id": "x", "settlement_delay_days": -1}', 'a negative delay'
),
('account_balances', 'account_balances_pkey', '{}', 'a balance twice'),
(
    'account_balances', 'account_balances_restaurant_id_fkey', '{"restaurant_id": "x"}',
    'a balance of nobody'
),
(
    'account_balances', 'account_balances_currency_fkey', '{"currency": "ZZZ"}',
    'a balance in no currency'
),
('processor_events', 'processor_events_pkey', '{"event_id": "x"}', 'an event number twice'),
(
    'processor_events', 'processor_events_provider_event_id_key', '{"event_no": 0}',
    'an event id twice'
),
(
    'processor_events', 'processor_events_account_fkey',
    '{"event_no": 0, "event_id": "x", "subject_id": "x", "currency": "USD"}', 'an event of no account'
),
(
    'processor_events', 'processor_events_subject_key', '{"event_no": 0, "event_id": "x"}',
    'a payment told twice'
),
('event_links', 'event_links_pkey', '{}', 'what an event follows twice'),
(
    'event_links', 'event_links_link_something_check',
    '{"about_event_no": null, "payment_event_no": null}', 'a link to nothing'
),
(
    'event_links', 'event_links_reversed_once_key',
    jsonb_build_object('event_no', pg_temp.event_no('evt_2')), 'an event taken back twice'
),
(
    'event_links', 'event_links_event_fkey', '{"event_no": 0, "is_reversal": false}',
    'a link of no event'
),
(
    'event_links', 'event_links_about_fkey',
    jsonb_build_object('event_no', pg_temp.event_no('evt_2'), 'about_event_no', 0),
    'a link to no event'
),
(
    'event_links', 'event_links_payment_fkey',
    jsonb_build_object(
        'event_no', pg_temp.event_no('evt_2'), 'is_reversal', false, 'payment_event_no', 0
    ),
    'a link to no payment'
),
('deferred_events', 'deferred_events_pkey', '{"event_id": "x"}', 'a number of what waits twice'),
(
    'deferred_events', 'deferred_events_provider_event_id_key', '{"deferred_no": 0}',
    'an event that waits twice'
),
(
    'deferred_events', 'deferred_events_account_fkey',
    '{"deferred_no": 0, "event_id": "x", "currency": "USD"}', 'an event that waits in no account'
),
('event_acceptances', 'event_acceptances_pkey', '{}', 'an event accepted twice'),
('event_acceptances', 'event_acceptances_event_fkey', '{"event_no": 0}', 'no event accepted'),
('event_deferrals', 'event_deferrals_pkey', '{}', 'an event that waits twice'),
('event_dismissals', 'event_dismissals_pkey', '{"rejection_no": 0}', 'a number of a dismissal twice'),
(
    'event_dismissals', 'event_dismissals_rejection_key', '{"dismissal_no": 0}',
    'a delivery dismissed twice'
),
(
    'event_dismissals', 'event_dismissals_one_document_check',
    '{"dismissal_no": 0, "rejection_no": 0, "payload": {}}', 'a dismissal of two documents'
),
('holdings', 'holdings_pkey', '{}', 'a hold listed twice'),
('holdings', 'holdings_event_fkey', '{"event_no": 0}', 'a hold that is no event'),
('event_rejections', 'event_rejections_pkey', '{}', 'a rejection twice'),
(
    'event_rejections', 'event_rejections_status_known_check',
    '{"rejection_no": 0, "status": "processed"}', 'a rejection that was none'
),
('payout_runs', 'payout_runs_pkey', '{}', 'a run twice'),
(
    'payout_runs', 'payout_runs_attempts_not_negative_check', '{"run_id": "x", "attempts": -1}',
    'fewer attempts than none'
),
(
    'payout_runs', 'payout_runs_over_is_not_next_check',
    '{"run_id": "x", "next_attempt_at": "2026-01-01T00:00:00Z", "died_at": "2026-01-01T00:00:00Z"}',
    'a next attempt of a run that is dead'
),
(
    'payout_runs', 'payout_runs_schedule_is_due_check', '{"run_id": "x", "schedule_id": "nightly"}',
    'a schedule that was due at no time'
),
(
    'payout_runs', 'payout_runs_schedule_id_due_at_key',
    '{"run_id": "x", "schedule_id": "nightly", "due_at": "2026-01-01T00:00:00Z"}',
    'a run twice for one due time'
),
(
    'payout_runs', 'payout_runs_schedule_id_fkey',
    '{"run_id": "x", "schedule_id": "x", "due_at": "2026-01-01T00:00:00Z"}',
    'a run of an unknown schedule'
),
('metrics', 'metrics_pkey', '{}', 'a metric twice'),
('metrics', 'metrics_type_known_check', '{"name": "cuenta_x", "type": "summary"}', 'an odd type'),
('metrics', 'metrics_name_format_check', '{"name": "x", "type": "gauge"}', 'a name of others'),
(
    'metrics', 'metrics_counter_is_total_check', '{"name": "cuenta_x_total", "type": "gauge"}',
    'a total that goes down'
),
('integrity_audits', 'integrity_audits_pkey', '{}', 'an audit twice'),
(
    'integrity_audits', 'integrity_audits_findings_not_negative_check',
    '{"audit_no": 0, "findings": -1}', 'fewer findings than none'
),
('seals', 'seals_pkey', '{}', 'a seal twice'),
(
    'seals', 'seals_seal_no_positive_check', '{"seal_no": 0, "previous_root": "a digest of thirty-two bytes...."}',
    'a seal before the first'
),
(
    'seals', 'seals_counts_not_negative_check', '{"seal_no": 1, "event_count": -1}',
    'fewer events than none'
),
(
    'seals', 'seals_settled_is_drawn_check', '{"seal_no": 1, "settled_event_no": 6}',
    'numbers that are settled before they are drawn'
),
('seals', 'seals_heads_length_check', '{"seal_no": 1, "heads": "x"}', 'heads that are no digest'),
('seals', 'seals_root_length_check', '{"seal_no": 1, "root": "x"}', 'a root that is no digest'),
(
    'seals', 'seals_previous_root_length_check', '{"seal_no": 2, "previous_root": "x"}',
    'a root before that is no digest'
),
(
    'seals', 'seals_first_has_no_previous_check', '{"seal_no": 2}',
    'a second seal that follows nothing'
),
('account_seals', 'account_seals_pkey', '{}', 'a batch of an account twice'),
(
    'account_seals', 'account_seals_hash_length_check', '{"hash": "x"}', 'a head that is no digest'
),
(
    'account_seals', 'account_seals_marks_length_check', '{"entry_count": 2}',
    'fewer marks than rows'
),
('journal_seals', 'journal_seals_pkey', '{}', 'a batch of a journal twice'),
(
    'journal_seals', 'journal_seals_hash_length_check', '{"hash": "x"}', 'a head that is no digest'
),
(
    'journal_seals', 'journal_seals_marks_length_check', '{"row_count": 2}',
    'fewer marks than rows'
),
(
    'platform_settings', 'platform_settings_seal_hours_range_check', '{"seal_hours": 8761}',
    'more than a year between two seals'
),
('payout_schedules', 'payout_schedules_pkey', '{}', 'a schedule twice'),
(
    'payout_schedules', 'payout_schedules_schedule_id_format_check', '{"schedule_id": " x"}',
    'an id that begins with a blank'
),
(
    'payout_schedules', 'payout_schedules_currency_fkey', '{"schedule_id": "x", "currency": "ZZZ"}',
    'a schedule in no currency'
),
(
    'payout_schedules', 'payout_schedules_cadence_known_check',
    '{"schedule_id": "x", "cadence": "hourly", "day": 1}', 'an unknown cadence'
),
(
    'payout_schedules', 'payout_schedules_day_fits_cadence_check', '{"schedule_id": "x", "day": 1}',
    'a day of every day'
),
(
    'payout_schedules', 'payout_schedules_as_of_days_range_check',
    '{"schedule_id": "x", "as_of_days": -1}', 'days ahead'
),
(
    'payout_schedules', 'payout_schedules_min_amount_not_negative_check',
    '{"schedule_id": "x", "min_amount": -1}', 'a negative minimum'
),
(
    'payout_schedules', 'payout_schedules_active_is_due_check',
    '{"schedule_id": "x", "is_active": false}', 'what is due and does nothing'
),
(
    'payout_runs', 'payout_runs_currency_fkey', '{"run_id": "x", "currency": "ZZZ"}',
    'a run in no currency'
),
(
    'payout_runs', 'payout_runs_min_amount_not_negative_check', '{"run_id": "x", "min_amount": -1}',
    'a least amount below 0'
),
('payouts', 'payouts_pkey', '{"as_of": "2026-01-01"}', 'a payout twice'),
(
    'payouts', 'payouts_payout_id_key', '{"restaurant_id": "res_002", "as_of": "2026-01-01"}',
    'one id for two restaurants'
),
(
    'payouts', 'payouts_restaurant_id_currency_as_of_key', '{"payout_id": "x"}',
    'two payouts for one day'
),
(
    'payouts', 'payouts_account_fkey', '{"payout_id": "x", "external_id": "x", "currency": "USD"}',
    'a payout of no account'
),
(
    'payouts', 'payouts_run_id_fkey',
    '{"payout_id": "x", "external_id": "x", "as_of": "2026-01-01", "run_id": "x"}',
    'a payout of no run'
),
(
    'payouts', 'payouts_amount_positive_check',
    '{"payout_id": "x", "as_of": "2026-01-01", "amount": 0}', 'a payout of 0'
),
(
    'payouts', 'payouts_status_known_check',
    '{"payout_id": "x", "as_of": "2026-01-01", "status": "LOST"}', 'an unknown status'
),
(
    'payouts', 'payouts_external_id_idx', '{"payout_id": "x", "as_of": "2026-01-01"}',
    'an id of the bank''s for two payouts'
),
('payout_items', 'payout_items_pkey', '{}', 'an item twice'),
('payout_items', 'payout_items_payout_fkey', '{"payout_id": "x"}', 'an item of no payout'),
(
    'payout_items', 'payout_items_amount_not_zero_check', '{"item_type": "x", "amount": 0}',
    'an item of 0'
),
('payout_skips', 'payout_skips_pkey', '{}', 'a skip twice'),
('payout_skips', 'payout_skips_run_id_fkey', '{"run_id": "x"}', 'a skip of no run'),
(
    'payout_skips', 'payout_skips_account_fkey', '{"currency": "USD", "restaurant_id": "res_002"}',
    'a skip of no account'
),
('ledger_entries', 'ledger_entries_pkey', '{}', 'an entry twice'),
(
    'processor_events', 'processor_events_rule_fkey',
    '{"event_no": 0, "event_id": "x", "subject_id": "x", "subject_state": "LOST"}',
    'an event that no rule is for'
),
(
    'ledger_entries', 'ledger_entries_event_fkey', '{"entry_seq": 9, "event_no": 0}',
    'an entry of no event'
);

-- One row of each kind to copy
insert into ledger.payout_terms (restaurant_id, currency) values ('res_001', 'PEN');
insert into ledger.payout_term_changes (
    changed_at, restaurant_id, currency, changed_by, old_terms, new_terms
)
values (now(), 'res_001', 'PEN', 'x', '{}', '{}');
insert into ledger.pending_days (amount, available_on, restaurant_id, currency)
values (1, '2025-12-31', 'res_001', 'PEN');
insert into ledger.event_links (
    event_no, about_event_no, payment_event_no, restaurant_id, is_reversal
)
values (
    pg_temp.event_no('evt_1'), pg_temp.event_no('evt_1'), pg_temp.event_no('evt_1'), 'res_001', true
);
insert into ledger.event_acceptances (event_no, accepted_at, restaurant_id, code, actor, reason)
values (pg_temp.event_no('evt_1'), now(), 'res_001', 'X', 'x', 'x');
insert into ledger.event_dismissals (
    rejection_no, dismissed_at, received_at, restaurant_id, status, code, actor, reason
)
values (1, now(), now(), 'res_001', 'rejected', 'X', 'x', 'x');
insert into ledger.posting_rule_history (
    event_type, subject_state, is_delayed, valid_from, valid_until
)
values ('x', 'NEW', false, now(), now());
insert into ledger.event_rejections (received_at, restaurant_id, status, code, message, payload)
values (now(), 'res_001', 'rejected', 'X', 'x', '{}');
insert into ledger.fx_rates (rate, loaded_at, rate_date, source, base, quote, loaded_by)
values (3.7, now(), '2025-12-30', 'TEST', 'USD', 'PEN', 'me');
insert into ledger.payout_skips (restaurant_id, run_id, currency, reason, amount)
select 'res_001', r.run_id, 'PEN', 'nothing_to_pay', 0
from ledger.payout_runs as r;
insert into ledger.payout_runs (
    run_id, currency, as_of, min_amount, started_at, schedule_id, due_at
)
select
    'zz_of_a_schedule', 'PEN', '2025-12-29', 1, now(), s.schedule_id, '2026-01-01T00:00:00Z'
from api.set_payout_schedule('nightly', 'PEN', 'daily', '02:30', 'America/Lima') as s;
insert into ledger.integrity_audits (audited_at, findings, duration_ms, check_name, severity)
values (now(), 0, 1, 'check_x', 'error');
insert into ledger.seals (
    seal_no, sealed_at, account_count, entry_count, event_count, last_event_no, settled_event_no,
    sealed_by, heads, root
)
values (1, now(), 1, 1, 0, 5, 5, 'me', sha256('x'), sha256('x'));
insert into ledger.account_seals (
    seal_no, entry_seq, event_no, entry_count, event_count, restaurant_id, currency, hash, marks
)
values (1, 1, 0, 1, 0, 'res_001', 'PEN', sha256('x'), 'mark');
insert into ledger.journal_seals (seal_no, row_count, journal, numbers, hash, marks)
values (1, 1, 'setting_changes', '{[1,2)}', sha256('x'), 'mark');
-- Checks and unique keys hold with the triggers off as well; foreign keys are triggers themselves.
set local session_replication_role = replica;
select is(
    pg_temp.refused_by(pg_temp.copy(c.table_name, c.change)), c.constraint_name,
    format('%s refuses %s (%s)', c.table_name, c.what, c.constraint_name)
)
from cases as c
where c.constraint_name !~ '_fkey$'
order by c.no;
set local session_replication_role = origin;
alter table ledger.account_balances disable trigger user;
alter table ledger.currencies disable trigger user;
alter table ledger.accounts disable trigger user;
alter table ledger.entry_types disable trigger user;
alter table ledger.event_types disable trigger user;
alter table ledger.posting_rules disable trigger user;
select is(
    pg_temp.refused_by(pg_temp.copy(c.table_name, c.change)), c.constraint_name,
    format('%s refuses %s (%s)', c.table_name, c.what, c.constraint_name)
)
from cases as c
where c.constraint_name ~ '_fkey$'
order by c.no;

select set_eq(
    'select c.constraint_name from cases as c',
    $$
    select k.conname::text
    from pg_catalog.pg_constraint as k
    where
        k.connamespace = 'ledger'::regnamespace and k.contype in ('p', 'u', 'f', 'c')
        -- there for foreign keys to point at: the primary key is stricter
        and k.conname <> 'entry_types_effects_key'
    union all
    select x.relname::text
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as x on i.indexrelid = x.oid
    where
        x.relnamespace = 'ledger'::regnamespace and i.indisunique and i.indpred is not null
    $$,
    'no constraint of the ledger is left out here'
);
select is_empty(
    $$
    select a.attrelid::regclass, a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'r'
    where
        c.relnamespace = 'ledger'::regnamespace and a.attnum > 0 and not a.attnotnull
        and (c.relname, a.attname) not in (
            ('account_balances', 'last_entry_at'), ('account_balances', 'last_event_at'),
            ('entry_types', 'payout_item'), ('event_rejections', 'details'),
            ('event_rejections', 'event_id'), ('event_rejections', 'provider'),
            ('deferred_events', 'last_received_at'), ('event_dismissals', 'event_id'),
            ('event_dismissals', 'payload'), ('event_dismissals', 'provider'),
            ('event_dismissals', 'rejection_no'), ('event_links', 'about_event_no'), ('event_links', 'payment_event_no'),
            ('event_types', 'first_type'), ('pending_days', 'first_entry_seq'),
            ('pending_days', 'last_entry_seq'), ('processor_events', 'subject_id'),
            ('restaurants', 'closed_at'), ('event_types', 'subject'), ('event_types', 'subject_field'),
            ('event_types', 'reported_state'), ('posting_rules', 'amount_entry'),
            ('posting_rules', 'amount_balance_effect'), ('posting_rules', 'amount_reserved_effect'),
            ('posting_rules', 'amount_held_effect'), ('posting_rules', 'fee_held_effect'),
            ('posting_rule_history', 'amount_entry'), ('posting_rule_history', 'fee_entry'),
            ('posting_rule_history', 'last_event_no'), ('setting_changes', 'entry_seqs'),
            ('payout_runs', 'restaurant_ids'), ('payout_runs', 'finished_at'),
            ('payouts', 'canceled_at'), ('ledger_entries', 'held_after'),
            ('processor_events', 'subject_state'), ('posting_rules', 'fee_entry'),
            ('posting_rules', 'fee_balance_effect'), ('posting_rules', 'fee_reserved_effect'),
            ('rejection_reasons', 'field'), ('reports', 'day_column'), ('ledger_entries', 'event_no'),
            ('ledger_entries', 'payout_id'), ('payouts', 'failed_at'),
            ('payouts', 'failure_reason'), ('payouts', 'paid_at'),
            ('processor_events', 'first_entry_seq'), ('processor_events', 'payout_id'),
            ('payout_terms', 'min_amount'), ('payout_terms', 'max_amount'),
            ('payout_terms', 'payable_unit'), ('payout_terms', 'paused_at'),
            ('payout_terms', 'paused_by'), ('payout_terms', 'paused_reason'),
            ('payout_term_changes', 'reason'), ('payout_runs', 'started_by'),
            ('payout_runs', 'reason'), ('payouts', 'submitted_at'), ('payouts', 'submitted_by'),
            ('payouts', 'external_id'), ('payouts', 'confirmed_at'), ('payouts', 'confirmed_by'),
            ('payouts', 'failure_code'), ('deferred_events', 'overdue_told_at'),
            ('payout_runs', 'next_attempt_at'), ('payout_runs', 'failed_at'),
            ('payout_runs', 'died_at'), ('payout_runs', 'due_at'), ('payout_runs', 'schedule_id'),
            ('payout_runs', 'error'), ('payout_schedules', 'next_due_at'),
            ('payout_schedules', 'last_due_at'), ('payout_schedules', 'last_started_at'),
            ('payout_schedules', 'day'), ('payout_schedules', 'last_run_id'),
            ('payout_schedules', 'error'), ('integrity_audits', 'sample'),
            ('seals', 'xact_id'), ('seals', 'audited_at'), ('seals', 'previous_root')
        )
    $$,
    'a column is not null unless it may be missing'
);

select * from finish();
rollback;
