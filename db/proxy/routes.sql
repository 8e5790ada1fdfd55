/*
 * How each function of schema api finds its cell: one row a function, which db/proxy/generate.sql
 * reads beside a cell's own catalog. A function without a row, or a row without a function, fails
 * the deploy.
 *
 *     way       how a call goes:
 *         one       to the cell of the restaurant that `arg` gives
 *         find      to the cell that has what `arg` names: all of them are asked for it first
 *         number    to the cell whose number the argument `arg` carries
 *         any       to one cell: what it answers is the same in all of them
 *         look      to all: the answer of the one that knows it; where two do, that for which `arg`
 *                   is greatest; where that is the same for two, an error
 *         page      to all: their lists as one, in the order of `arg`, with cursors of its own
 *         chain     to one cell after the other, each with its own pages
 *         fill      to one cell after the other, until there are as many rows as `arg` says
 *         merge     to all: `arg` makes one answer of their rows, r; %s are its columns
 *         fixed     db/proxy/fixed.sql has it
 *         copy      a cell's own text, which calls other functions of schema api only
 *     unless    where this is given the call goes to the cell of this restaurant alone
 *     is_drawn  the cells draw the same ids and secrets, from what the proxy has drawn
 *     is_spared a cell that is away is left out, and its absence told: v_away
 *     numbers   columns and arguments that number the rows of one cell; outside they carry the
 *               cell's number, too
 */
create temporary table routes (
    name text primary key,
    way text not null,
    arg text,
    unless text,
    is_drawn boolean not null default false,
    is_spared boolean not null default false,
    numbers text[] not null default '{}'
);

-- Of one restaurant.
insert into routes (name, way, arg)
select
    f.name,
    'one',
    'p_restaurant_id'
from unnest(array[
    'get_balance', 'list_entries', 'get_statement', 'get_restaurant', 'set_restaurant',
    'list_setting_changes', 'get_payout_terms', 'set_payout_terms', 'list_payout_term_changes',
    'pause_payouts', 'resume_payouts', 'post_adjustment', 'hold_funds', 'write_off_debt'
]) as f (name);
insert into routes (name, way, arg) values
('ingest_event', 'one', 'proxy.name_restaurant(p_event)');

-- Of something that one restaurant has.
insert into routes (name, way, arg) values
('accept_event', 'find', $$'event', p_event_id, p_provider$$),
('dismiss_event', 'find', $$'event', p_event_id, p_provider$$),
('replay_event', 'find', $$'event', p_event_id, p_provider$$),
('reverse_event', 'find', $$'event', p_event_id, p_provider$$),
('confirm_payout', 'find', $$'payout', p_payout_id, ''$$),
('cancel_payout', 'find', $$'payout', p_payout_id, ''$$),
('release_hold', 'find', $$'hold', p_hold_id, ''$$),
('get_own', 'find', $$'key', encode(p_key_digest, 'hex'), ''$$),
(
    'get_event', 'look',
    $$case r.status
                when 'processed' then timestamptz 'infinity'
                when 'deferred' then timestamptz '9999-12-31Z'
                else r.received_at
            end$$
),
('get_payout', 'look', '1'),
('list_payout_entries', 'find', $$'payout', p_payout_id, ''$$);
insert into routes (name, way, arg, unless) values
('get_payment', 'look', '1', 'p_restaurant_id');
insert into routes (name, way, arg, numbers) values
('dismiss_rejection', 'number', 'p_rejection_no', '{rejection_no}'),
('dismiss_webhook', 'number', 'p_webhook_no', '{webhook_no}'),
('record_delivery', 'number', 'p_delivery_id', '{delivery_id}'),
('resend_delivery', 'number', 'p_delivery_id', '{delivery_id}'),
('get_seal_lines', 'number', 'p_seal_no', '{seal_no}');

-- Lists.
insert into routes (name, way, arg, unless, numbers) values
('list_balances', 'page', 'r.restaurant_id collate "C", r.currency', 'p_restaurant_id', '{}'),
('list_restaurants', 'page', 'r.restaurant_id collate "C"', null, '{}'),
('preview_payouts', 'page', 'r.restaurant_id collate "C"', null, '{}'),
('list_payout_skips', 'page', 'r.reason collate "C", r.restaurant_id collate "C"', null, '{}'),
(
    'list_payouts', 'page',
    $$case when p_newest_first is not false then r.as_of end desc,
            case when p_newest_first is not false then r.payout_id collate "C" end desc,
            r.as_of, r.payout_id collate "C"$$,
    'p_restaurant_id', '{}'
),
('list_payments', 'page', 'r.received_at desc', 'p_restaurant_id', '{}'),
('list_disputes', 'page', 'r.received_at desc', 'p_restaurant_id', '{}'),
('list_holds', 'page', 'r.held_at desc', 'p_restaurant_id', '{}'),
('find_events', 'page', 'r.received_at desc', null, '{}'),
('list_inbox', 'page', 'r.last_seen_at desc', 'p_restaurant_id', '{rejection_no}'),
('list_kept_webhooks', 'page', 'r.received_at desc', null, '{webhook_no}'),
('list_deliveries', 'page', 'r.created_at desc', null, '{delivery_id}'),
('get_report', 'chain', null, 'p_restaurant_id', '{}');

-- Work: as much as is asked for, whichever cell has it.
insert into routes (name, way, arg, numbers) values
('claim_payouts', 'fill', 'p_limit', '{}'),
('claim_payout_run', 'fill', '1', '{}'),
('claim_deliveries', 'fill', 'p_limit', '{delivery_id}'),
('replay_events', 'fill', 'p_limit', '{}'),
('tell_overdue_events', 'merge', 'select sum(r.told)::integer from r', '{}');

-- Runs: one id for all of the cells that have somebody to pay. What they answer is summed up.
insert into routes (name, way, arg, is_drawn, is_spared)
select
    f.name,
    'merge',
    format(
        $$select 'accepted', regexp_replace(min(r.message), '[0-9]+$', '')
                || sum(r.payouts_created) || proxy.tell_away(v_away, max(r.run_id)),
            max(r.run_id), max(r.currency), max(r.as_of), max(r.min_amount),
            bool_and(r.is_dry_run), sum(r.payouts_created)::integer, sum(r.payouts_amount),
            sum(r.restaurants_skipped)::integer, proxy.sum_counts(jsonb_agg(r.skipped))%s
        from r having count(*) > 0$$,
        f.more
    ),
    f.name <> 'continue_payout_run',
    true
from (
    values
    ('run_payouts', ''),
    ('pay_by_hand', ''),
    ('queue_payout_run', ''),
    ('continue_payout_run', $$, bool_and(r.is_finished) and v_away = '{}'$$)
) as f (name, more);
insert into routes (name, way, arg)
select
    f.name,
    'merge',
    $$select max(r.run_id), max(r.currency), max(r.as_of), max(r.min_amount),
            (
                select array_agg(distinct u.id collate "C")
                from r as i, unnest(i.restaurant_ids) as u (id)
            ),
            bool_and(r.overrides_terms), max(r.started_by), max(r.reason), min(r.started_at),
            case when bool_and(r.is_finished) then max(r.finished_at) end,
            bool_and(r.is_finished), max(r.last_restaurant_id collate "C"),
            sum(r.payouts_created)::integer, sum(r.payouts_amount),
            sum(r.restaurants_skipped)::integer, proxy.sum_counts(jsonb_agg(r.skipped)),
            (array_agg(r.state order by r.is_finished, r.died_at, r.failed_at))[1],
            bool_and(r.is_queued), max(r.attempts), min(r.next_attempt_at), max(r.failed_at),
            max(r.died_at), max(r.error), max(r.schedule_id), max(r.due_at)
        from r having count(*) > 0$$
from (values ('get_payout_run'), ('retry_payout_run')) as f (name);
insert into routes (name, way, arg, is_drawn, is_spared) values
(
    'start_payout_run', 'merge',
    $$select max(r.run_id), max(r.currency), max(r.as_of), max(r.min_amount), p_restaurant_ids,
            min(r.started_at), bool_and(r.is_finished)
        from r having count(*) > 0$$,
    true, true
),
(
    'fail_payout_run', 'merge',
    'select %s from r order by r.attempts desc limit 1',
    false, false
),
(
    'run_due_payouts', 'merge',
    'select distinct on (r.schedule_id, r.due_at) %s from r'
    ' order by r.schedule_id, r.due_at, r.error nulls last',
    false, true
),
('pay_restaurants', 'copy', null, false, false),
('pay_due_restaurants', 'copy', null, false, false);

-- Of the platform: the same in all of them.
insert into routes (name, way, arg, is_drawn, unless)
select
    f.name,
    'merge',
    'select %s from r order by r.cell limit 1',
    f.is_drawn,
    f.unless
from (
    values
    ('set_platform_settings', false, null),
    ('set_payout_schedule', false, null),
    ('load_fx_rates', false, null),
    ('set_webhook_source', false, null),
    ('add_webhook_secret', false, null),
    ('set_webhook_endpoint', true, null),
    ('rotate_webhook_secret', true, null),
    ('disable_webhook_endpoint', false, null),
    ('enable_webhook_endpoint', false, null),
    ('create_api_key', true, 'p_restaurant_id'),
    ('revoke_api_key', false, null)
) as f (name, is_drawn, unless);
insert into routes (name, way, arg) values
('list_payout_schedules', 'any', null),
('list_reports', 'any', null),
('list_webhook_endpoints', 'any', null),
('list_webhook_sources', 'any', null),
(
    'recover_endpoint', 'merge',
    'select r.endpoint_id, r.since, sum(r.deliveries)::bigint from r group by 1, 2 limit 1'
);
insert into routes (name, way, arg, is_spared) values
(
    'use_api_key', 'merge',
    $$select bool_or(r.has_keys) over (), r.key_id, r.name, r.role, r.restaurant_id,
            r.seconds_left,
            pg_has_role(
                session_user,
                case
                    when r.restaurant_id is not null then 'cuenta_restaurant'
                    else 'cuenta_' || r.role
                end,
                'MEMBER'
            )
        from r order by r.key_id is null, r.cell limit 1$$,
    true
);

-- Is it sound, was it changed.
insert into routes (name, way, arg)
select
    f.name,
    'merge',
    format(
        $$select r.check_name, r.severity, sum(r.findings)::bigint,
            (
                select jsonb_agg(s.one)
                from (
                    select j.one
                    from r as q, jsonb_array_elements(q.sample) as j (one)
                    where q.check_name = r.check_name
                    order by q.cell
                    limit 5
                ) as s
            ),
            %s
        from r
        group by r.check_name, r.severity%s
        order by sum(r.findings) = 0, r.severity, r.check_name$$,
        f.last, f.key
    )
from (
    values
    ('check_integrity', 'r.title', ', r.title'),
    ('audit_integrity', 'max(r.audited_at), sum(r.duration_ms)::bigint', '')
) as f (name, last, key);
insert into routes (name, way, arg, numbers) values
(
    'list_drift', 'merge',
    $$select r.kind, r.name, format('cell %%s: %%s', r.cell, r.finding) from r
        order by r.cell, r.kind, r.name$$,
    '{}'
),
(
    'get_service_status', 'merge',
    $$select bool_and(r.is_writable)
                and current_setting('default_transaction_read_only') = 'off',
            min(r.collation_warning), min(r.last_migration),
            min(r.deployed_at)
        from r having count(*) > 0$$,
    '{}'
),
(
    'get_metrics', 'merge',
    'select proxy.merge_metrics(array_agg(r.metrics), array_agg(r.cell)) from r',
    '{}'
),
('seal_ledger', 'merge', 'select %s from r order by r.cell', '{seal_no}'),
('seal_due_ledger', 'merge', 'select %s from r order by r.cell', '{seal_no}'),
('verify_seals', 'fixed', null, '{seal_no,from,to}'),
('replay_webhook', 'fixed', null, '{webhook_no}');

-- What is split, or joined in a way of its own.
insert into routes (name, way) values
('ingest_events', 'fixed'),
('list_payout_runs', 'fixed'),
('list_api_keys', 'fixed'),
('get_report_csv', 'fixed'),
('receive_webhook', 'fixed');

/*
 * How each view of schema reporting is read:
 *
 *     way      union: the rows of all cells, and a column that says which cell's
 *              any: those of the first, as they are the same in all
 *              sum: those of all, added up where they are numbers
 */
create temporary table view_routes (name text primary key, way text not null);
insert into view_routes (name, way)
select
    c.relname,
    'union'
from pg_catalog.pg_class as c
where
    c.relnamespace = 'reporting'::regnamespace
    and c.relkind = 'v'
    and c.relname like 'check!_%' escape '!';
insert into view_routes (name, way)
select
    v.name,
    'union'
from unnest(array[
    'balances_in_base', 'daily_sales', 'daily_sales_in_base', 'debt_ageing', 'disputes', 'holds',
    'inbox', 'integrity_audits', 'integrity_findings', 'kept_webhooks', 'ledger_entries',
    'ledger_postings', 'payments', 'payout_claims', 'payout_eligibility', 'payout_entries',
    'payout_items', 'payout_reconciliation', 'payout_run_reconciliation', 'payout_runs',
    'payout_skips', 'payout_term_changes', 'payout_terms', 'payouts', 'payouts_waiting',
    'pending_ageing', 'processor_fees', 'restaurant_balances', 'restaurants', 'seals',
    'setting_changes'
]) as v (name);
insert into view_routes (name, way) values
('fx_conversions', 'any'),
('fx_currencies', 'any'),
('fx_rates', 'any'),
('integrity_checks', 'any'),
('payout_failure_codes', 'any'),
('payout_schedules', 'any'),
('platform_settings', 'any'),
('webhook_sources', 'any'),
('trial_balance', 'sum');
