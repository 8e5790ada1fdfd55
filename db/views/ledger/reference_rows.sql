create or replace view ledger.reference_rows as
-- Moments as seconds: no setting of a session changes a fingerprint.
select
    r.table_name || ' ' || r.key as name,
    md5(
        concat_ws(
            ' ',
            (r.facts - 'valid_from' - 'valid_until')::text,
            extract(epoch from (r.facts ->> 'valid_from')::timestamptz),
            extract(epoch from (r.facts ->> 'valid_until')::timestamptz)
        )
    ) as fingerprint
from (
    select
        'currencies' as table_name,
        concat_ws(' ', x.currency) as key,
        to_jsonb(x) as facts
    from ledger.currencies as x
    union all
    select
        'accounts' as table_name,
        concat_ws(' ', x.account) as key,
        to_jsonb(x) as facts
    from ledger.accounts as x
    union all
    select
        'entry_types' as table_name,
        concat_ws(' ', x.entry_type) as key,
        to_jsonb(x) as facts
    from ledger.entry_types as x
    union all
    select
        'event_types' as table_name,
        concat_ws(' ', x.event_type) as key,
        to_jsonb(x) as facts
    from ledger.event_types as x
    union all
    select
        'posting_rules' as table_name,
        concat_ws(' ', x.event_type, x.subject_state) as key,
        to_jsonb(x) as facts
    from ledger.posting_rules as x
    union all
    select
        'posting_rule_history' as table_name,
        concat_ws(' ', x.event_type, x.subject_state, extract(epoch from x.valid_until)) as key,
        -- Those from before it was kept are as they were.
        case
            when x.last_event_no is null then to_jsonb(x) - 'last_event_no'
            else to_jsonb(x)
        end as facts
    from ledger.posting_rule_history as x
    union all
    select
        'rejection_reasons' as table_name,
        concat_ws(' ', x.code) as key,
        to_jsonb(x) as facts
    from ledger.rejection_reasons as x
    union all
    select
        'payout_failure_codes' as table_name,
        concat_ws(' ', x.code) as key,
        to_jsonb(x) as facts
    from ledger.payout_failure_codes as x
    union all
    select
        'reports' as table_name,
        concat_ws(' ', x.report) as key,
        to_jsonb(x) as facts
    from ledger.reports as x
    union all
    select
        'metrics' as table_name,
        concat_ws(' ', x.name) as key,
        to_jsonb(x) as facts
    from ledger.metrics as x
) as r;

comment on view ledger.reference_rows is
'The rows that are rules (db/reference, and the history of posting rules) with fingerprints, to be '
'compared with those that the last deploy recorded.';
comment on column ledger.reference_rows.name is 'The table and the key.';
comment on column ledger.reference_rows.fingerprint is 'Of all columns.';
