alter type ledger.event_decision drop attribute first_type;
alter type ledger.event_decision drop attribute available_on;
alter type ledger.event_decision drop attribute payment_event_no;
alter type ledger.event_decision drop attribute about_event_no;
alter type ledger.event_decision drop attribute subject_id;
alter type ledger.event_fields drop attribute dispute_id;
alter type ledger.event_fields drop attribute refund_id;
alter type ledger.event_fields drop attribute payment_id;
alter type ledger.event_fields drop attribute available_on;
drop table ledger.event_acceptances;
drop table ledger.deferred_events;
drop table ledger.event_links;
alter table ledger.processor_events drop column subject_id;
alter table ledger.account_balances drop column deferred_count;
alter table ledger.platform_settings
drop column deferred_warning_hours,
drop column takes_test_events;
alter table ledger.posting_rules
drop column may_be_pending,
drop column decided;
alter table ledger.posting_rules
add constraint posting_rules_amount_entry_fkey
foreign key (
    amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect, is_delayed
)
references ledger.entry_types (
    entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
) not valid,
add constraint posting_rules_fee_entry_fkey
foreign key (fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect, is_delayed)
references ledger.entry_types (
    entry_type, balance_effect, reserved_effect, held_effect, may_be_pending
) not valid;
alter table ledger.event_types
drop column state_rank,
drop column is_new_business,
drop column is_amount_free,
drop column is_subject_optional,
drop column first_type;
alter table ledger.event_types
drop constraint event_types_subject_known_check,
add constraint event_types_subject_known_check check (subject in ('payout')) not valid;
alter table ledger.entry_types drop column payment_effect;
