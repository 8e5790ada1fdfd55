create or replace function ledger.tg_posting_rules__keep()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_posting_rules__keep(0)
 *     Keeps a rule that is replaced or removed, with its validity, so that an old event can be read
 *     by the rules of its time: also where the clock was set back since, as whoever reads the new
 *     rule draws a higher number than all that are drawn now.
 * Writes: ledger.posting_rule_history
 */
declare
    -- Versions are in their order, whatever the clock does.
    v_now constant timestamptz := greatest(
        clock_timestamp(), old.valid_from + interval '1 microsecond'
    );
begin
    insert into ledger.posting_rule_history (
        event_type, subject_state, amount_entry, fee_entry, is_delayed, valid_from, valid_until,
        last_event_no
    )
    values (
        old.event_type, old.subject_state, old.amount_entry, old.fee_entry, old.is_delayed,
        old.valid_from, v_now,
        coalesce(pg_sequence_last_value('ledger.processor_events_event_no_seq'), 0)
    );
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.valid_from := v_now;
    return new;
end;
$function$;

comment on function ledger.tg_posting_rules__keep()
is 'Keeps a rule that is replaced or removed, with its validity.';
