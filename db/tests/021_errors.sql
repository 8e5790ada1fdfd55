-- Every error: its SQLSTATE, the public code in the constraint name, facts in the detail.
begin;
select plan(227);

create function pg_temp.failure(p_statement text) returns jsonb
language plpgsql
as $$
declare
    v_state text;
    v_code text;
    v_message text;
    v_detail text;
    v_hint text;
begin
    execute p_statement;
    return '{}';
exception
    when others then
        get stacked diagnostics
            v_state = returned_sqlstate, v_code = constraint_name, v_message = message_text,
            v_detail = pg_exception_detail, v_hint = pg_exception_hint;
        return jsonb_build_object(
            'state', v_state, 'code', v_code, 'message', v_message, 'detail', v_detail, 'hint',
            v_hint
        );
end
$$;

do $do$
begin
    perform api.ingest_event(
        '{"event_id": "evt_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'
    );
    perform api.ingest_event(
        '{"event_id": "evt_0", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_000", "currency": "PEN", "amount": 1}'
    );
    perform api.run_payouts('PEN', '2025-12-30');
    perform api.ingest_event(
        jsonb_build_object(
            'event_id', 'evt_c', 'event_type', 'payout_canceled', 'amount', 1,
            'occurred_at', '2025-12-31T10:00:00Z', 'restaurant_id', 'res_000', 'currency', 'PEN',
            'payout_id', p.payout_id
        )
    )
    from ledger.payouts as p
    where p.restaurant_id = 'res_000';
    perform api.confirm_payout(p.payout_id, 'bank_1')
    from ledger.payouts as p
    where p.restaurant_id = 'res_001';
    perform api.set_webhook_source('src', 'hmac');
    perform api.set_webhook_endpoint('https://errors.example/', array['event.rejected']);
    perform api.ingest_event('{}');
    perform api.disable_webhook_endpoint(e.endpoint_id)
    from api.list_webhook_endpoints() as e;
end
$do$;
create function pg_temp.payout(p_restaurant_id text) returns text
language sql stable
return (select p.payout_id from ledger.payouts as p where p.restaurant_id = p_restaurant_id);

create temporary table keys as
select k.role, sha256(convert_to(k.key, 'UTF8')) as digest
from (values ('app', null), ('reader', 'res_001')) as w (role, restaurant_id)
cross join lateral api.create_api_key('x', w.role, w.restaurant_id) as k;

create temporary table failures as
select c.no, c.state, c.code, c.detail, pg_temp.failure(c.statement) as failure
from (
    values
    (1, 'LBOBJ', 'EVENT_NOT_OBJECT', 'type=array', 'select ingest_event(''[]'')'),
    (2, 'LBARR', 'EVENTS_NOT_ARRAY', 'type=object', 'select ingest_events(''{}'')'),
    (
        3, 'LBMAX', 'EVENTS_TOO_MANY', 'items=10001, limit=10000',
        'select ingest_events((select jsonb_agg(1) from generate_series(1, 10001)))'
    ),
    (4, 'LBARG', 'ARGUMENT_MISSING', 'argument=restaurant_id', 'select get_balance(null, ''PEN'')'),
    (
        5, 'LBARG', 'ARGUMENT_MISSING', 'argument=currency',
        'select run_payouts(null, ''2025-12-30'')'
    ),
    (6, 'LBARG', 'ARGUMENT_MISSING', 'argument=event_id', 'select get_event(null)'),
    (7, 'LBARG', 'ARGUMENT_MISSING', 'argument=provider', 'select get_event(''evt_1'', null)'),
    (8, 'LBARG', 'ARGUMENT_MISSING', 'argument=payout_id', 'select get_payout(null)'),
    (9, 'LBARG', 'ARGUMENT_MISSING', 'argument=restaurant_id', 'select set_restaurant(null)'),
    (10, 'LBKEY', 'KEY_NOT_SEARCHABLE', 'key=colour', 'select find_events(''colour'', ''red'')'),
    (10, 'LBLIM', 'LIMIT_INVALID', 'limit=0', 'select list_payouts(p_limit => 0)'),
    (11, 'LBCUR', 'CURSOR_INVALID', 'argument=cursor', 'select list_payouts(p_cursor => ''x'')'),
    (12, 'LBDAT', 'AS_OF_INVALID', 'as_of=-infinity', 'select run_payouts(''PEN'', ''-infinity'')'),
    (
        13, 'LNRES', 'RESTAURANT_NOT_FOUND', 'restaurant_id=res_9',
        'select get_balance(''res_9'', ''PEN'')'
    ),
    (14, 'LNPAY', 'PAYOUT_NOT_FOUND', 'payout_id=po_9', 'select get_payout(''po_9'')'),
    (
        15, 'LNEVT', 'EVENT_NOT_FOUND', 'event_id=evt_9, provider=default',
        'select get_event(''evt_9'')'
    ),
    (16, 'LNCHK', 'CHECK_NOT_FOUND', 'check=x', 'select check_integrity(''x'')'),
    (17, 'LUCUR', 'CURRENCY_UNKNOWN', 'currency=ZZZ', 'select get_balance(''res_001'', ''ZZZ'')'),
    (18, 'LUFUT', 'AS_OF_IN_FUTURE', null, 'select run_payouts(''PEN'', ''2999-01-01'')'),
    (
        19, 'LUMIN', 'MIN_AMOUNT_INVALID', 'min_amount=-1',
        'select run_payouts(''PEN'', ''2025-12-30'', -1)'
    ),
    (20, 'LUTZN', 'TIMEZONE_UNKNOWN', 'timezone=x', 'select set_restaurant(''res_001'', ''x'')'),
    (
        21, 'LUHRS', 'DAY_CLOSE_HOUR_INVALID', 'day_close_hour=8',
        'select set_restaurant(''res_001'', p_day_close_hour => 8)'
    ),
    (
        22, 'LUDLY', 'SETTLEMENT_DELAY_INVALID', 'settlement_delay_days=61',
        'select set_restaurant(''res_001'', p_settlement_delay_days => 61)'
    ),
    (23, 'LURID', 'RESTAURANT_ID_INVALID', 'restaurant_id=-', 'select set_restaurant(''-'')'),
    (
        24, 'LUMOM', 'AT_IN_FUTURE', 'at=infinity',
        'select get_balance(''res_001'', ''PEN'', ''infinity'')'
    ),
    (
        24, 'LBPER', 'PERIOD_INVALID', 'from=2025-12-02, to=2025-12-01',
        'select get_statement(''res_001'', ''PEN'', ''2025-12-02'', ''2025-12-01'')'
    ),
    (24, 'LUACT', 'ACTOR_INVALID', 'characters=0', 'select set_restaurant(''res_001'', p_actor => '''')'),
    (24, 'LUSTA', 'PAYOUT_STATUS_UNKNOWN', 'status=x', 'select list_payouts(p_status => ''x'')'),
    (25, 'LCAPP', 'APPEND_ONLY', null, 'delete from ledger.ledger_entries'),
    (26, 'LCTRN', 'PAYOUT_CHANGE_REFUSED', null, 'update ledger.payouts set amount = 1'),
    (
        27, 'LXBAL', 'BALANCE_NOT_FROM_ENTRIES', 'restaurant_id=res_001, currency=PEN',
        'update ledger.account_balances set balance = 1'
    ),
    (
        28, 'LUUNK', 'UNKNOWN_RESTAURANTS_INVALID', 'unknown_restaurants=x',
        'select set_platform_settings(''x'')'
    ),
    (
        28, 'LUHRD', 'DEFERRED_WARNING_HOURS_INVALID', 'deferred_warning_hours=-1',
        'select set_platform_settings(p_deferred_warning_hours => -1)'
    ),
    (
        29, 'LXPST', 'POSTING_ONLY', 'table=ledger.account_balances, operation=insert',
        'insert into ledger.account_balances (restaurant_id, currency, balance) '
        'values (''res_001'', ''USD'', 1)'
    ),
    (
        29, 'LXCEL', 'WRONG_CELL', null,
        'insert into ledger.cell (number, cells) '
        'select 1 - (ledger.hash_restaurant(''res_9'') & 1), 2; select set_restaurant(''res_9'')'
    ),
    (
        30, 'LXPAY', 'PAYOUT_INCOMPLETE', null,
        'insert into ledger.payout_items '
        '(restaurant_id, payout_id, item_type, amount, entry_count) '
        'select p.restaurant_id, p.payout_id, ''tips'', 1, 1 from ledger.payouts as p'
    ),
    (
        31, 'LBIDS', 'RESTAURANT_IDS_INVALID', 'restaurant_ids=1',
        'select run_payouts(''PEN'', ''2025-12-30'', p_restaurant_ids => array[null])'
    ),
    (32, 'LNRUN', 'PAYOUT_RUN_NOT_FOUND', 'run_id=run_9', 'select get_payout_run(''run_9'')'),
    (
        33, 'LCREF', 'REFERENCE_DATA', 'table=ledger.currencies, operation=update',
        'update ledger.currencies set name = ''x'''
    ),
    (
        34, 'LCUSE', 'REFERENCE_IN_USE', 'currency=PEN, exponent=2, new_exponent=3',
        'set local role cuenta_writer; '
        'update ledger.currencies set exponent = 3 where currency = ''PEN'''
    ),
    (
        35, 'LXRUL', 'RULE_VANISHED', 'event_type=menu_changed, state=NEW',
        'set local role cuenta_writer; '
        'insert into ledger.event_types (event_type, origin, description) '
        'values (''menu_changed'', ''processor'', ''No money in it''); '
        'reset role; '
        'select api.ingest_event(''{"event_id": "evt_2", "event_type": "menu_changed", '
        '"occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN", '
        '"amount": 1}'')'
    ),
    (
        36, 'LBFXA', 'FX_RATES_NOT_ARRAY', 'type=object',
        'select load_fx_rates(''{}'', ''TEST'')'
    ),
    (
        37, 'LBFXR', 'FX_RATE_INVALID', 'item=1, field=rate_date',
        'select load_fx_rates(''[1]'', ''TEST'')'
    ),
    (
        38, 'LCFXR', 'FX_RATE_CONFLICT',
        'item=2, source=TEST, rate_date=2025-12-30, base=USD, quote=PEN, rate=4, recorded=3.7',
        'select load_fx_rates(''[{"rate_date": "2025-12-30", "base": "USD", "quote": "PEN", '
        '"rate": 3.7}, {"rate_date": "2025-12-30", "base": "USD", "quote": "PEN", "rate": 4}]'', '
        '''test'')'
    ),
    (39, 'LUFXS', 'FX_SOURCE_INVALID', 'source=-', 'select load_fx_rates(''[]'', ''-'')'),
    (40, 'LBARG', 'ARGUMENT_MISSING', 'argument=source', 'select load_fx_rates(''[]'', null)'),
    (41, 'LBARG', 'ARGUMENT_MISSING', 'argument=name', 'select get_report(null)'),
    (42, 'LNREP', 'REPORT_NOT_FOUND', 'name=x', 'select get_report(''x'')'),
    (
        43, 'LBFIL', 'REPORT_FILTER_UNKNOWN', 'argument=restaurant_id',
        'select get_report(''trial_balance'', p_restaurant_id => ''res_001'')'
    ),
    (
        44, 'LBARG', 'ARGUMENT_MISSING', 'argument=base_currency',
        'select get_report(''balances_in_base'')'
    ),
    (
        45, 'LNFXC', 'FX_CURRENCY_NOT_FOUND', 'source=TEST, base_currency=EUR',
        'select get_report(''balances_in_base'', p_base_currency => ''EUR'', p_source => ''test'')'
    ),
    (
        46, 'LUREP', 'REPORT_TOO_LARGE', 'name=trial_balance, limit=0',
        'select get_report_csv(''trial_balance'', p_limit => 0)'
    ),
    (
        47, 'LUHRW', 'PAYOUTS_WAITING_HOURS_INVALID', 'payouts_waiting_hours=0',
        'select set_platform_settings(p_payouts_waiting_hours => 0)'
    ),
    (
        47, 'LUHSE', 'SEAL_HOURS_INVALID', 'seal_hours=8761',
        'select set_platform_settings(p_seal_hours => 8761)'
    ),
    (47, 'LNSEA', 'SEAL_NOT_FOUND', 'from=1, to=9, last=0', 'select verify_seals(p_to => 9)'),
    (
        48, 'LURSN', 'REASON_INVALID', 'length=1',
        'select hold_funds(''res_001'', ''PEN'', 1, '' '', ''ref_1'')'
    ),
    (
        49, 'LBARG', 'ARGUMENT_MISSING', 'argument=reason',
        'select hold_funds(''res_001'', ''PEN'', 1, null, ''ref_1'')'
    ),
    (
        50, 'LBARG', 'ARGUMENT_MISSING', 'argument=reference',
        'select hold_funds(''res_001'', ''PEN'', 1, ''why'', null)'
    ),
    (
        51, 'LNHLD', 'HOLD_NOT_FOUND', 'hold_id=ref_9',
        'select release_hold(''ref_9'', 1, ''why'', ''ref_1'')'
    ),
    (
        52, 'LNEVT', 'EVENT_NOT_FOUND', 'event_id=evt_9, provider=default',
        'select reverse_event(''evt_9'', ''why'', ''ref_1'')'
    ),
    (
        53, 'LUEXT', 'EXTERNAL_ID_INVALID', 'argument=external_id',
        'select confirm_payout(pg_temp.payout(''res_001''), '''')'
    ),
    (
        54, 'LCEXT', 'EXTERNAL_ID_IN_USE', null,
        'select confirm_payout(pg_temp.payout(''res_001''), ''bank_2'')'
    ),
    (
        55, 'LCCAN', 'PAYOUT_CANCELED', null,
        'select confirm_payout(pg_temp.payout(''res_000''), ''bank_2'')'
    ),
    (
        56, 'LUTRM', 'PAYOUT_TERMS_INVALID', 'field=min_amount',
        'select set_payout_terms(''res_001'', ''PEN'', -1)'
    ),
    (
        57, 'LUTRM', 'PAYOUT_TERMS_INVALID', 'field=min_amount, min_amount=2, max_amount=1',
        'select set_payout_terms(''res_001'', ''PEN'', 2, 1)'
    ),
    (58, 'LBARG', 'ARGUMENT_MISSING', 'argument=payment_id', 'select get_payment(null)'),
    (
        58, 'LNPMT', 'PAYMENT_NOT_FOUND', 'payment_id=x, provider=y',
        'select get_payment(''x'', p_provider => ''y'')'
    ),
    (
        58, 'LBPMT', 'PAYMENT_AMBIGUOUS',
        'payment_id=pay_1, restaurant_ids=res_001 res_002, providers=default',
        'select api.ingest_event(jsonb_build_object(''event_id'', r, ''event_type'', '
        '''charge_succeeded'', ''occurred_at'', ''2025-12-30T10:00:00Z'', ''restaurant_id'', r, '
        '''currency'', ''PEN'', ''amount'', 1, ''payment_id'', ''pay_1'')) '
        'from unnest(array[''res_001'', ''res_002'']) as r; select get_payment(''pay_1'')'
    ),
    (
        60, 'LUIST', 'INBOX_STATUS_UNKNOWN', 'status=open', 'select list_inbox(p_status => ''open'')'
    ),
    (60, 'LURCD', 'REASON_CODE_UNKNOWN', 'code=X', 'select list_inbox(''X'')'),
    (
        60, 'LNREJ', 'REJECTION_NOT_FOUND', 'rejection_no=0', 'select dismiss_rejection(0, ''why'')'
    ),
    (
        60, 'LCOPN', 'EVENT_NOT_OPEN', 'event_id=evt_1, provider=default',
        'select dismiss_event(''evt_1'', ''why'')'
    ),
    (
        60, 'LUACC', 'ACCEPTANCE_NOT_ALLOWED', 'event_id=bad_1, code=AMOUNT_INVALID',
        'select ingest_event(''{"event_id": "bad_1", "event_type": "charge_succeeded", "occurred_at": '
        '"2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN", "amount": 0}''); '
        'select accept_event(''bad_1'', ''why'')'
    ),
    (
        60, 'LUDOC', 'DOCUMENT_INCOMPLETE', 'event_id=bad_2, code=NUMBER_OUT_OF_RANGE',
        'select ingest_event(''{"event_id": "bad_2", "event_type": "charge_succeeded", "occurred_at": '
        '"2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN", "amount": 1, '
        '"x": 1e99}''); select replay_event(''bad_2'')'
    ),
    (
        60, 'LUOPR', 'EVENT_OF_OPERATOR', 'event_id=adj_1',
        'select post_adjustment(''res_001'', ''PEN'', 1, ''why'', ''adj_1''); '
        'select replay_event(''adj_1'', ''operator'')'
    ),
    (
        61, 'LUSCH', 'PAYOUT_SCHEDULE_INVALID', 'field=day',
        'select set_payout_schedule(''x'', ''PEN'', ''weekly'', ''02:30'', ''UTC'', 8)'
    ),
    (70, 'LBARG', 'ARGUMENT_MISSING', 'argument=source', 'select set_webhook_source(null, ''hmac'')'),
    (70, 'LBARG', 'ARGUMENT_MISSING', 'argument=scheme', 'select set_webhook_source(''x'', null)'),
    (70, 'LBARG', 'ARGUMENT_MISSING', 'argument=secret', 'select add_webhook_secret(''src'', null)'),
    (
        70, 'LBARG', 'ARGUMENT_MISSING', 'argument=source',
        'select add_webhook_secret(null, ''12345678'')'
    ),
    (
        70, 'LBARG', 'ARGUMENT_MISSING', 'argument=webhook_no',
        'select dismiss_webhook(null, ''why'')'
    ),
    (
        70, 'LUWSR', 'WEBHOOK_SOURCE_INVALID', 'source=a b',
        'select set_webhook_source(''a b'', ''hmac'')'
    ),
    (
        70, 'LUWHS', 'WEBHOOK_SCHEME_INVALID', 'scheme=md5',
        'select set_webhook_source(''x'', ''md5'')'
    ),
    (
        70, 'LUWST', 'WEBHOOK_SETTINGS_INVALID', 'field=settings',
        'select set_webhook_source(''x'', ''hmac'', ''{"colour": 1}'')'
    ),
    (
        70, 'LNWHS', 'WEBHOOK_SOURCE_NOT_FOUND', 'source=nobody',
        'select add_webhook_secret(''nobody'', ''12345678'')'
    ),
    (
        70, 'LUWSE', 'WEBHOOK_SECRET_INVALID', 'scheme=hmac',
        'select add_webhook_secret(''src'', ''short'')'
    ),
    (
        70, 'LUWPE', 'WEBHOOK_SECRET_PERIOD_INVALID', 'valid_from=, valid_until=-infinity',
        'select add_webhook_secret(''src'', ''12345678'', null, ''-infinity'')'
    ),
    (
        70, 'LNWHK', 'WEBHOOK_NOT_FOUND', 'webhook_no=0', 'select dismiss_webhook(0, ''why'')'
    ),
    (70, 'LNWHK', 'WEBHOOK_NOT_FOUND', 'webhook_no=0', 'select replay_webhook(0)'),
    (70, 'LBARG', 'ARGUMENT_MISSING', 'argument=webhook_no', 'select replay_webhook(null)'),
    (70, 'LAKEY', 'UNAUTHENTICATED', '', 'select receive_webhook(''src'', ''{}'', ''{}'', ''x'')'),
    (59, 'LUSTE', 'STATE_UNKNOWN', 'state=x', 'select list_disputes(p_state => ''x'')'),
    (
        200, 'LBLEA', 'LEASE_INVALID', 'lease_seconds=0',
        'select claim_deliveries(p_lease_seconds => 0)'
    ),
    (
        201, 'LCDIS', 'ENDPOINT_DISABLED', null,
        'select resend_delivery((select d.delivery_id from list_deliveries() as d))'
    ),
    (202, 'LNDEL', 'DELIVERY_NOT_FOUND', 'delivery_id=0', 'select resend_delivery(0)'),
    (
        203, 'LNEND', 'ENDPOINT_NOT_FOUND', 'endpoint_id=we_9',
        'select rotate_webhook_secret(''we_9'')'
    ),
    (204, 'LUDST', 'DELIVERY_STATE_UNKNOWN', 'state=x', 'select list_deliveries(p_state => ''x'')'),
    (
        205, 'LUEPS', 'ENDPOINT_SETTINGS_INVALID', 'field=colour',
        'select set_webhook_endpoint(''https://a.example'', null, ''{"colour": 1}'')'
    ),
    (
        206, 'LUKPH', 'KEEP_HOURS_INVALID', 'field=keep_hours, keep_hours=169',
        'select rotate_webhook_secret(''we_9'', 169)'
    ),
    (
        207, 'LUMTY', 'MESSAGE_TYPE_UNKNOWN', 'field=event_types, type=x',
        'select set_webhook_endpoint(''https://a.example'', array[''x''])'
    ),
    (
        208, 'LUURL', 'ENDPOINT_URL_INVALID', 'field=url',
        'select set_webhook_endpoint(''http://a.example'')'
    ),
    (
        61, 'LBARG', 'ARGUMENT_MISSING', 'argument=name', 'select create_api_key(null, ''app'')'
    ),
    (61, 'LBARG', 'ARGUMENT_MISSING', 'argument=role', 'select create_api_key(''x'', null)'),
    (61, 'LBARG', 'ARGUMENT_MISSING', 'argument=key_id', 'select revoke_api_key(null)'),
    (61, 'LNAPK', 'API_KEY_NOT_FOUND', '', 'select revoke_api_key(''x'')'),
    (
        61, 'LUKNM', 'API_KEY_NAME_INVALID', 'characters=1', 'select create_api_key('' '', ''app'')'
    ),
    (61, 'LUKRL', 'API_KEY_ROLE_UNKNOWN', 'role=root', 'select create_api_key(''x'', ''root'')'),
    (
        61, 'LUKBD', 'API_KEY_BOUND', 'role=operator, restaurant_id=res_001',
        'select create_api_key(''x'', ''operator'', ''res_001'')'
    ),
    (
        61, 'LUKEX', 'API_KEY_EXPIRY_INVALID', 'expires_at=-infinity',
        'select create_api_key(''x'', ''app'', null, ''-infinity'')'
    ),
    (61, 'LAKEY', 'UNAUTHENTICATED', '', 'select get_own(null, ''get_balance'')'),
    (
        61, 'LFOWN', 'FORBIDDEN', '',
        'select get_own(k.digest, ''get_balance'') from pg_temp.keys as k where k.role = ''app'''
    ),
    (
        61, 'LBOWN', 'ARGUMENT_UNKNOWN', 'arguments=p_restaurant_id',
        'select get_own(k.digest, ''get_restaurant'', ''{"p_x": "1"}'') '
        'from pg_temp.keys as k where k.role = ''reader'''
    )
) as c (no, state, code, detail, statement);
select is(
    (f.failure ->> 'state') || ' ' || (f.failure ->> 'code'), f.state || ' ' || f.code,
    format('raises %s as %s', f.code, f.state)
)
from failures as f
order by f.no;
select is(
    f.failure ->> 'detail', f.detail, format('the detail of %s says %s', f.code, f.detail)
)
from failures as f
where f.detail is not null
order by f.no;
select matches(
    f.failure ->> 'detail', '^$|^[a-z_]+=.+(, [a-z_]+=.+)*$',
    format('the detail of %s, if any, is facts as key=value', f.code)
)
from failures as f
where f.detail is null
order by f.no;
select is_empty(
    $$
    select f.code, f.failure ->> 'message'
    from failures as f
    where
        f.failure ->> 'message' !~ '^[a-z]'
        or f.failure ->> 'message' ~ '[.\n]$|ledger\.[a-z_]+\('
    $$,
    'messages begin small, have no full stop and name no function'
);
select is_empty(
    $$
    select f.code, f.failure ->> 'hint'
    from failures as f
    where f.failure ->> 'hint' !~ '^$|\.$'
    $$,
    'hints are sentences'
);
select set_eq(
    'select f.state, f.code from failures as f',
    $$
    select distinct s.state[1], c.code[1]
    from pg_catalog.pg_proc as p
    cross join lateral regexp_split_to_table(
        regexp_replace(p.prosrc, '/\*.*?\*/', ''), 'raise\s+exception', 'i'
    ) as r (statement)
    cross join lateral regexp_matches(
        split_part(r.statement, ';', 1), 'errcode\s*=\s*''(L\w{4})''', 'i'
    ) as s (state)
    cross join lateral regexp_matches(
        split_part(r.statement, ';', 1), 'constraint\s*=\s*''(\w+)''', 'i'
    ) as c (code)
    where p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api')
    $$,
    'no code is raised that is not tried here, and each always with the same name'
);

select * from finish();
rollback;
