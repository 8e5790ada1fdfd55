/*
 * Who may do what: the whole matrix. A deploy that finds a right that is not as here, or something
 * new, takes everything from everybody and replays this page, as cuenta_owner and in the
 * transaction of the functions: what stands here is what holds, and nothing given by hand outlives
 * it.
 *
 *                           owner     writer     processor  app       operator  reader
 *     schemas ledger, access, inbound, outbound
 *                           all       usage      -          -         -         -
 *       tables              read, a   below      -          -         -         -
 *       functions           all       execute    -          -         -         -
 *     schema api            all       usage      usage      usage     usage     usage
 *       that report events  -         own        execute    execute   execute   -
 *       that read           own       execute    -          execute   execute   execute
 *       others that write   -         own        -          execute   execute   -
 *       for people          -         own        -          -         execute   -
 *     schema reporting      all       usage      -          -         -         usage
 *       views               all       select     -          -         -         select
 *     schema deployment     all       -          -          -         -         -
 *
 * Three roles of the service's own call a few functions each, and nothing else: cuenta_door (who
 * shows which key, and signed webhooks), cuenta_restaurant (what a restaurant's own key reads),
 * cuenta_worker (runs that are due, deliveries).
 *
 * owner = cuenta_owner and so on; everybody else has nothing. Functions of schema api run with the
 * rights of their owner (security definer): what writes belongs to cuenta_writer, what reads to
 * cuenta_owner, so their callers need nothing else. cuenta_owner reads, owns the tables and may
 * not write the book; (a) foreign keys are checked as the owner, who for that needs the right to
 * update one column of what they refer to: a key, which triggers hold. A login gets its rights by
 * membership:
 *
 *     grant cuenta_app to shop_service;
 */

-- 1. The owner. Tables: to read, to refer to, to hang triggers on, but not to write.
grant all on schema ledger, access, inbound, outbound, api, reporting, deployment to cuenta_owner;
grant all on all routines in schema ledger, access, inbound, outbound to cuenta_owner;
grant all on all tables in schema reporting, deployment to cuenta_owner;
revoke all on all tables in schema ledger, access, inbound, outbound from cuenta_owner;
revoke all on all sequences in schema ledger, access, inbound, outbound from cuenta_owner;
grant select, references, trigger on all tables in schema ledger, access, inbound, outbound
to cuenta_owner;
grant select on all sequences in schema ledger, access, inbound, outbound to cuenta_owner;
grant update (currency) on ledger.currencies to cuenta_owner;
grant update (account) on ledger.accounts to cuenta_owner;
grant update (entry_type) on ledger.entry_types to cuenta_owner;
grant update (event_type) on ledger.event_types to cuenta_owner;
grant update (event_type) on ledger.posting_rules to cuenta_owner;
grant update (restaurant_id) on ledger.restaurants to cuenta_owner;
grant update (restaurant_id) on ledger.account_balances to cuenta_owner;
grant update (restaurant_id) on ledger.processor_events to cuenta_owner;
grant update (restaurant_id) on ledger.payouts to cuenta_owner;
grant update (run_id) on ledger.payout_runs to cuenta_owner;
grant update (source) on inbound.sources to cuenta_owner;
grant update (endpoint_id) on outbound.endpoints to cuenta_owner;
grant update (schedule_id) on ledger.payout_schedules to cuenta_owner;

-- 2. What the owner will make is not for everybody. `in schema` would make this one do nothing:
--    what a schema adds to the built-in default cannot take from it.
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;

-- 3. What the functions that write need: what is recorded is inserted, and never changed.
grant usage on schema ledger, access, inbound, outbound, api, reporting to cuenta_writer;
grant select on all tables in schema ledger, access, inbound, outbound, reporting
to cuenta_writer;
grant usage on all sequences in schema ledger, access, inbound, outbound to cuenta_writer;
grant execute on all routines in schema ledger, access, inbound, outbound, api
to cuenta_writer;

grant insert on ledger.processor_events to cuenta_writer;
grant insert on ledger.ledger_entries to cuenta_writer;
grant insert on ledger.payout_items to cuenta_writer;
grant insert on ledger.payout_skips to cuenta_writer;
grant insert on ledger.event_rejections to cuenta_writer;
grant insert on ledger.account_seals to cuenta_writer;
grant insert on ledger.fx_rates to cuenta_writer;
grant insert on ledger.journal_seals to cuenta_writer;
grant insert on ledger.payout_term_changes to cuenta_writer;
grant insert on ledger.event_acceptances to cuenta_writer;
grant insert on ledger.event_deferrals to cuenta_writer;
grant insert on ledger.event_dismissals to cuenta_writer;
grant insert on ledger.event_links to cuenta_writer;
grant insert on ledger.holdings to cuenta_writer;
grant insert on ledger.integrity_audits to cuenta_writer;
grant insert on ledger.posting_rule_history to cuenta_writer;
grant insert on ledger.setting_changes to cuenta_writer;
grant insert, update on ledger.account_balances to cuenta_writer;
grant insert, update on ledger.payout_runs to cuenta_writer;
grant insert, update on ledger.payout_schedules to cuenta_writer;
grant insert, update on ledger.payout_terms to cuenta_writer;
grant insert, update on ledger.payouts to cuenta_writer;
grant insert, update on ledger.pending_days to cuenta_writer;
grant insert, update on ledger.platform_settings to cuenta_writer;
grant insert, update on ledger.restaurants to cuenta_writer;
grant insert, update on ledger.seals to cuenta_writer;
grant insert, update, delete on ledger.deferred_events to cuenta_writer;
grant insert, update on inbound.kept_webhooks to cuenta_writer;
grant insert, update on inbound.source_secrets to cuenta_writer;
grant insert, update on inbound.sources to cuenta_writer;
grant insert, update on outbound.deliveries to cuenta_writer;
grant insert, update on outbound.endpoints to cuenta_writer;
grant insert, update on outbound.endpoint_secrets to cuenta_writer;
grant insert, update on access.api_keys to cuenta_writer;

--    The replay of db/reference; everybody else is refused by a trigger.
grant insert, update, delete on ledger.accounts to cuenta_writer;
grant insert, update, delete on ledger.currencies to cuenta_writer;
grant insert, update, delete on ledger.entry_types to cuenta_writer;
grant insert, update, delete on ledger.event_types to cuenta_writer;
grant insert, update, delete on ledger.metrics to cuenta_writer;
grant insert, update, delete on ledger.payout_failure_codes to cuenta_writer;
grant insert, update, delete on ledger.posting_rules to cuenta_writer;
grant insert, update, delete on ledger.rejection_reasons to cuenta_writer;
grant insert, update, delete on ledger.reports to cuenta_writer;

-- 4. The functions of schema api, one by one.
grant usage on schema api to cuenta_processor, cuenta_app, cuenta_operator, cuenta_reader;
grant usage on schema api to cuenta_door, cuenta_restaurant, cuenta_worker;

--    That report events.
grant execute on function api.ingest_event to cuenta_processor, cuenta_app, cuenta_operator;
grant execute on function api.ingest_events to cuenta_processor, cuenta_app, cuenta_operator;

--    That read.
grant execute on function api.check_integrity to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.find_events to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_balance to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_event to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_metrics to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_payment to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_payout to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_payout_run to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_payout_terms to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_report to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_report_csv to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_restaurant to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_service_status to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_statement to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_deliveries to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_balances to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_disputes to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_entries to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_holds to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payments to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_inbox to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_entries to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_runs to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_schedules to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_skips to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_term_changes
to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payouts to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_kept_webhooks to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_webhook_sources to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_reports to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_drift to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_restaurants to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_setting_changes to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_webhook_endpoints to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.preview_payouts to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.verify_seals to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_seal_lines to cuenta_app, cuenta_operator, cuenta_reader;

--    That write; the procedure calls two of the others.
grant execute on function api.claim_payouts to cuenta_app, cuenta_operator;
grant execute on function api.confirm_payout to cuenta_app, cuenta_operator;
grant execute on function api.continue_payout_run to cuenta_app, cuenta_operator;
grant execute on function api.pause_payouts to cuenta_app, cuenta_operator;
grant execute on function api.queue_payout_run to cuenta_app, cuenta_operator;
grant execute on function api.retry_payout_run to cuenta_app, cuenta_operator;
grant execute on function api.run_due_payouts to cuenta_app, cuenta_operator;
grant execute on function api.run_payouts to cuenta_app, cuenta_operator;
grant execute on function api.set_restaurant to cuenta_app, cuenta_operator;
grant execute on function api.start_payout_run to cuenta_app, cuenta_operator;
grant execute on procedure api.pay_restaurants to cuenta_app, cuenta_operator;

--    For people.
grant execute on function api.cancel_payout to cuenta_operator;
grant execute on function api.accept_event to cuenta_operator;
grant execute on function api.audit_integrity to cuenta_operator;
grant execute on function api.seal_ledger to cuenta_operator;
grant execute on function api.add_webhook_secret to cuenta_operator;
grant execute on function api.dismiss_webhook to cuenta_operator;
grant execute on function api.replay_webhook to cuenta_operator;
grant execute on function api.set_webhook_source to cuenta_operator;
grant execute on function api.dismiss_event to cuenta_operator;
grant execute on function api.dismiss_rejection to cuenta_operator;
grant execute on function api.load_fx_rates to cuenta_operator;
grant execute on function api.pay_by_hand to cuenta_operator;
grant execute on function api.resume_payouts to cuenta_operator;
grant execute on function api.set_payout_schedule to cuenta_operator;
grant execute on function api.set_payout_terms to cuenta_operator;
grant execute on function api.hold_funds to cuenta_operator;
grant execute on function api.post_adjustment to cuenta_operator;
grant execute on function api.release_hold to cuenta_operator;
grant execute on function api.replay_event to cuenta_operator;
grant execute on function api.replay_events to cuenta_operator;
grant execute on function api.reverse_event to cuenta_operator;
grant execute on function api.set_platform_settings to cuenta_operator;
grant execute on function api.write_off_debt to cuenta_operator;
grant execute on function api.create_api_key to cuenta_operator;
grant execute on function api.list_api_keys to cuenta_operator;
grant execute on function api.revoke_api_key to cuenta_operator;
grant execute on function api.disable_webhook_endpoint to cuenta_operator;
grant execute on function api.enable_webhook_endpoint to cuenta_operator;
grant execute on function api.recover_endpoint to cuenta_operator;
grant execute on function api.resend_delivery to cuenta_operator;
grant execute on function api.rotate_webhook_secret to cuenta_operator;
grant execute on function api.set_webhook_endpoint to cuenta_operator;

--    For the worker alone.
grant execute on function api.claim_deliveries to cuenta_worker;
grant execute on function api.record_delivery to cuenta_worker;
grant execute on function api.tell_overdue_events to cuenta_worker;

--    For workers; the procedure calls three of the others.
grant execute on function api.audit_integrity to cuenta_worker;
grant execute on function api.claim_payout_run to cuenta_worker;
grant execute on function api.continue_payout_run to cuenta_worker;
grant execute on function api.fail_payout_run to cuenta_worker;
grant execute on function api.run_due_payouts to cuenta_worker;
grant execute on function api.seal_due_ledger to cuenta_worker;
grant execute on procedure api.pay_due_restaurants to cuenta_worker;

--    Before anybody is known.
grant execute on function api.receive_webhook to cuenta_door;

--    Of the service itself: who shows which key, and what a restaurant's own key reads.
grant execute on function api.use_api_key to cuenta_door;
grant execute on function api.get_own to cuenta_restaurant;

-- 5. Reporting tools: the views.
grant usage on schema reporting to cuenta_reader;
grant select on all tables in schema reporting to cuenta_reader;
--    Views call these with the rights of whoever reads them; they look at no table.
grant execute on function ledger.audits_everything to cuenta_reader;
grant execute on function ledger.read_audit_scope to cuenta_reader;
grant execute on function ledger.business_day to cuenta_reader;
grant execute on function ledger.convert_amount to cuenta_reader;
grant execute on function ledger.derive_payout_id to cuenta_reader;
grant execute on function ledger.known_timezones to cuenta_reader;
grant execute on function ledger.read_note to cuenta_reader;
grant execute on function ledger.read_time to cuenta_reader;
