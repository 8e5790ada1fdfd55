create or replace function ledger.list_journal_lines(p_journal text, p_numbers int8multirange)
returns table (
    journal_no bigint,
    restaurant_id text,
    line text
)
language sql
stable
as $function$
/*
 * Function: ledger.list_journal_lines(2)
 *     The lines of a journal's rows, as ledger.list_entry_lines has those of entries.
 * Parameters:
 *     p_journal  - one of ledger.list_journals
 *     p_numbers  - rows of these numbers
 * Returns:
 *     a row each, in no order
 * Reads:  ledger.event_rejections, ledger.event_deferrals, ledger.event_dismissals,
 *         ledger.setting_changes, ledger.payout_term_changes
 */
with part as (
    select
        coalesce(lower(u.numbers), -9223372036854775808) as first_no,
        coalesce(upper(u.numbers) - 1, 9223372036854775807) as last_no
    from unnest(p_numbers) as u (numbers)
)

select
    r.rejection_no,
    r.restaurant_id,
    json_build_array(
        'row', p_journal, r.rejection_no, r.restaurant_id, r.provider, r.event_id, r.status,
        r.code, r.message, r.details, r.payload, r.received_at at time zone interval '0'
    )::text
from part as p
inner join ledger.event_rejections as r on r.rejection_no between p.first_no and p.last_no
where p_journal = 'event_rejections'
union all
select
    w.deferred_no,
    w.restaurant_id,
    json_build_array(
        'row', p_journal, w.deferred_no, w.restaurant_id, w.provider, w.event_id, w.payload,
        w.received_at at time zone interval '0'
    )::text
from part as p
inner join ledger.event_deferrals as w on w.deferred_no between p.first_no and p.last_no
where p_journal = 'event_deferrals'
union all
select
    d.dismissal_no,
    d.restaurant_id,
    json_build_array(
        'row', p_journal, d.dismissal_no, d.restaurant_id, d.rejection_no, d.provider, d.event_id,
        d.status, d.code, d.actor, d.reason, d.payload,
        d.received_at at time zone interval '0', d.dismissed_at at time zone interval '0'
    )::text
from part as p
inner join ledger.event_dismissals as d on d.dismissal_no between p.first_no and p.last_no
where p_journal = 'event_dismissals'
union all
select
    c.change_no,
    c.restaurant_id,
    -- A column that came later has its place only where it is not null.
    case
        when c.entry_seqs is null then json_build_array(
            'row', p_journal, c.change_no, c.restaurant_id, c.changed_by, c.old_settings,
            c.new_settings, c.changed_at at time zone interval '0'
        )
        else json_build_array(
            'row', p_journal, c.change_no, c.restaurant_id, c.changed_by, c.old_settings,
            c.new_settings, c.changed_at at time zone interval '0', c.entry_seqs
        )
    end::text
from part as p
inner join ledger.setting_changes as c on c.change_no between p.first_no and p.last_no
where p_journal = 'setting_changes'
union all
select
    t.change_no,
    t.restaurant_id,
    json_build_array(
        'row', p_journal, t.change_no, t.restaurant_id, t.currency, t.changed_by, t.reason,
        t.old_terms, t.new_terms, t.changed_at at time zone interval '0'
    )::text
from part as p
inner join ledger.payout_term_changes as t on t.change_no between p.first_no and p.last_no
where p_journal = 'payout_term_changes'
$function$;

comment on function ledger.list_journal_lines(text, int8multirange)
is 'The lines of a journal''s rows, of which seals are made.';
