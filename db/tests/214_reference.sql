-- Reference data: changed by the replay only, and what is in use keeps its meaning.
begin;
select plan(22);

do $do$
begin
    perform api.ingest_event(
        '{"event_id": "evt_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN",
        "amount": 12000, "fee": 600}'
    );
end
$do$;

-- A superuser, who is not the replay
select throws_ok(
    s.statement, 'LCREF', null, format('a superuser cannot %s (LCREF)', s.what)
)
from (
    values
    ('update ledger.currencies set exponent = 0', 'change an exponent'),
    ('delete from ledger.posting_rules', 'remove the rules'),
    ('update ledger.entry_types set description = ''x''', 'rename a movement'),
    (
        'insert into ledger.event_types (event_type, origin, description) '
        'values (''x'', ''processor'', ''x'')', 'add a kind of event'
    ),
    ('delete from ledger.rejection_reasons where false', 'remove a message, not even none'),
    ('update ledger.payout_failure_codes set is_permanent = false', 'make a failure transient'),
    ('truncate ledger.accounts cascade', 'empty the chart')
) as s (statement, what);

-- The replay
set local role cuenta_writer;
select throws_ok(
    'update ledger.currencies set exponent = 0 where currency = ''PEN''', 'LCUSE',
    'the minor unit of PEN never changes', 'the replay cannot change an exponent either (LCUSE)'
);
select lives_ok(
    'update ledger.currencies set name = ''Sol'' where currency = ''PEN''',
    'but it may spell a currency otherwise'
);
select throws_ok(
    'update ledger.entry_types set credit_account = ''processor_fees'' where entry_type = ''CHARGE''',
    'LCUSE', 'entries are of type CHARGE: its accounts never change',
    'a movement that entries bear keeps its accounts (LCUSE)'
);
select throws_ok(
    'update ledger.entry_types set debit_account = ''platform_losses'' where entry_type = ''CHARGE''',
    'LCUSE', 'entries are of type CHARGE: its accounts never change', 'both of them (LCUSE)'
);
select throws_ok(
    'delete from ledger.entry_types where entry_type = ''CHARGE''', 'LCUSE', null,
    'and never goes (LCUSE)'
);
select lives_ok(
    'update ledger.entry_types set payout_item = ''sales'' where entry_type = ''CHARGE''',
    'its payout item may get another name'
);
insert into ledger.entry_types (
    entry_type, debit_account, credit_account, payout_item, may_be_pending, description
)
values ('X', 'processor_clearing', 'restaurant_available', 'x', false, 'Never used');
select lives_ok(
    'update ledger.entry_types set debit_account = ''processor_fees'' where entry_type = ''X''',
    'a movement that nothing bears may change'
);
select lives_ok(
    'delete from ledger.entry_types where entry_type = ''X''', 'and go'
);
select throws_ok(
    'delete from ledger.event_types where event_type = ''charge_succeeded''', 'LCUSE',
    'events are of type charge_succeeded: it never goes', 'a kind of event that came stays (LCUSE)'
);
insert into ledger.event_types (event_type, origin, description)
values ('x', 'processor', 'Never came');
select lives_ok(
    'delete from ledger.event_types where event_type = ''x''', 'one that never came may go'
);

-- Rules keep their past
update ledger.posting_rules set fee_entry = null where event_type = 'charge_succeeded';
delete from ledger.posting_rules where event_type = 'payout_paid' and subject_state = 'PAID';
select results_eq(
    $$
    select
        h.event_type collate "default", h.subject_state collate "default",
        h.amount_entry collate "default", h.fee_entry collate "default", h.is_delayed,
        h.valid_until > h.valid_from
    from ledger.posting_rule_history as h
    order by h.event_type
    $$,
    $$
    values
    ('charge_succeeded', 'NEW', 'CHARGE', 'FEE', true, true),
    ('payout_paid', 'PAID', null, null, false, true)
    $$,
    'a rule that was replaced or removed stays as it was, with its time'
);
select ok(
    (
        select r.valid_from > h.valid_from and r.fee_balance_effect is null
        from ledger.posting_rules as r
        inner join ledger.posting_rule_history as h
            on r.event_type = h.event_type and r.subject_state = h.subject_state
        where r.event_type = 'charge_succeeded'
    ),
    'the new one is valid from then on, with the effects of its entries'
);
reset role;
select throws_ok(
    'update ledger.posting_rule_history set valid_until = now()', 'LCAPP', null,
    'and the past is a recorded fact (LCAPP)'
);

-- Restaurants keep their id
select throws_ok(
    'update ledger.restaurants set created_at = now() - interval ''1 day''', 'LCAPP', null,
    'a restaurant keeps its id and when it was registered (LCAPP)'
);
select lives_ok(
    'update ledger.restaurants set is_payouts_paused = true', 'its settings may change'
);

select * from finish();
rollback;
