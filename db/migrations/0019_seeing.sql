-- What is seen from outside: the list of metrics, what the last audits found, and one counter.

-- Conflicts and refusals share the numbers of ledger.event_rejections: a counter tells them apart.
create sequence ledger.event_conflict_no_seq;
comment on sequence ledger.event_conflict_no_seq is
'Counts the events that were in conflict with what is known; see cuenta_events_total.';
do $count$
begin
    perform setval('ledger.event_conflict_no_seq', count(*))
    from ledger.event_rejections as r
    where r.status = 'conflict'
    having count(*) > 0;
end
$count$;

create table ledger.metrics (
    name text collate "C" not null,
    type text collate "C" not null,
    help text not null,
    constraint metrics_pkey primary key (name),
    constraint metrics_type_known_check check (type in ('counter', 'gauge')),
    constraint metrics_name_format_check check (name ~ '^cuenta_[a-z]+(_[a-z]+)*$'),
    constraint metrics_counter_is_total_check
    check ((type = 'counter') = (name like '%!_total' escape '!'))
);
comment on table ledger.metrics is
'What api.get_metrics tells about: rows of a file.';
comment on column ledger.metrics.name is 'The metric, with its unit as the last word.';
comment on column ledger.metrics.type is
'counter: it only grows, unless the database is made anew; gauge: it goes up and down.';
comment on column ledger.metrics.help is
'What it says in one line, and where it is an estimate or is counted up to a bound only.';

create table ledger.integrity_audits (
    audit_no bigint not null generated always as identity,
    audited_at timestamptz not null,
    findings bigint not null,
    duration_ms bigint not null,
    check_name text collate "C" not null,
    severity text collate "C" not null,
    sample jsonb,
    constraint integrity_audits_pkey primary key (audit_no),
    constraint integrity_audits_findings_not_negative_check check (findings >= 0)
);
create index integrity_audits_check_name_audit_no_idx
on ledger.integrity_audits (check_name, audit_no);
comment on table ledger.integrity_audits is
'What each check found, each time that api.audit_integrity ran it.';
comment on column ledger.integrity_audits.audit_no is 'Internal number.';
comment on column ledger.integrity_audits.audited_at is 'When the check was begun.';
comment on column ledger.integrity_audits.duration_ms is 'How long it took.';
comment on column ledger.integrity_audits.check_name is 'The check.';
comment on column ledger.integrity_audits.severity is 'error or warning, as the check''s was then.';
comment on column ledger.integrity_audits.findings is 'How many it found; 0 on a sound book.';
comment on column ledger.integrity_audits.sample is 'Up to five of them; null: none.';

-- squawk-ignore require-concurrent-index-creation
create index payout_runs_started_at_unfinished_idx
on ledger.payout_runs (started_at, run_id)
where finished_at is null;
