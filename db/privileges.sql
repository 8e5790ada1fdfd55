/*
 * Who may do what: the whole matrix. Each deploy takes everything from everybody but the owner and
 * replays this page, as cuenta_owner and in the transaction of the functions: what stands here is
 * what holds, and nothing given by hand outlives a deploy.
 *
 *                                  owner   app       operator  reader  everybody
 *     schema ledger                all     -         -         -       -
 *       tables, sequences          all     -         -         -       -
 *       functions                  all     -         -         -       -
 *     schema api                   all     usage     usage     -       -
 *       functions, named below     all     execute   execute   -       -
 *     schema reporting             all     -         -         usage   -
 *       views                      all     -         -         select  -
 *     schema deployment            all     -         -         -       -
 *
 * app = cuenta_app and so on. Functions of schema api run with the owner's rights (security
 * definer), so their callers need nothing else. A login gets its rights by membership:
 *
 *     grant cuenta_app to shop_service;
 */

-- 1. The owner has everything, even if it was taken away by hand.
grant all on schema ledger, api, reporting, deployment to cuenta_owner;
grant all on all tables in schema ledger, reporting, deployment to cuenta_owner;
grant all on all sequences in schema ledger to cuenta_owner;
grant all on all routines in schema ledger, api to cuenta_owner;

grant usage on schema ledger, api to cuenta_writer;
grant create on schema api to cuenta_writer;
grant select, insert, update, delete on all tables in schema ledger to cuenta_writer;
grant usage on all sequences in schema ledger to cuenta_writer;
grant execute on all routines in schema ledger to cuenta_writer;

-- 2. What the owner will make is not for everybody. `in schema` would make this one do nothing:
--    what a schema adds to the built-in default cannot take from it.
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;

-- 3. The service and people: the functions of schema api, one by one.
grant usage on schema api to cuenta_app, cuenta_operator;

grant execute on function api.ingest_event to cuenta_app, cuenta_operator;
grant execute on function api.ingest_events to cuenta_app, cuenta_operator;
grant execute on function api.get_balance to cuenta_app, cuenta_operator;
grant execute on function api.run_payouts to cuenta_app, cuenta_operator;
grant execute on function api.get_payout to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payouts to cuenta_app, cuenta_operator;
grant execute on function api.list_entries to cuenta_app, cuenta_operator;
grant execute on function api.get_event to cuenta_app, cuenta_operator;
grant execute on procedure api.pay_restaurants to cuenta_app, cuenta_operator;
grant execute on function api.start_payout_run to cuenta_app, cuenta_operator;
grant execute on function api.continue_payout_run to cuenta_app, cuenta_operator;
grant execute on function api.preview_payouts
to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_runs
to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.get_payout_run
to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.list_payout_skips
to cuenta_app, cuenta_operator, cuenta_reader;
grant execute on function api.set_platform_settings to cuenta_operator;
grant execute on function api.set_restaurant to cuenta_app, cuenta_operator;
grant execute on function api.check_integrity to cuenta_app, cuenta_operator;

-- 4. Reporting tools: the views, and functions that only read.
grant usage on schema reporting, api to cuenta_reader;
grant select on all tables in schema reporting to cuenta_reader;
