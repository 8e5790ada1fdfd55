create or replace function ledger.post_deferred(
    p_event ledger.event_fields,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_deferred(2)
 *     Posts the events that waited for one that is written now, in order of occurred_at; those that
 *     waited for one of these, too. One that is refused now is kept as rejected.
 * Parameters:
 *     p_event  - the event that is written, as far as it names a payment, refund or dispute; the
 *                caller has locked its account
 *     p_now    - the clock
 * Calls:  ledger.leave_deferred, ledger.read_event, ledger.reject_invalid_event,
 *         ledger.write_event, ledger.keep_told_event
 * Reads:  ledger.deferred_events, ledger.processor_events
 */
declare
    v_subjects text[] := array[p_event.payment_id, p_event.refund_id, p_event.dispute_id];
    v_waiting record;
    v_event ledger.event_fields;
    v_written record;
begin
    loop
        select d.deferred_no, d.received_at, d.payload
        into v_waiting
        from ledger.deferred_events as d
        where d.restaurant_id = p_event.restaurant_id
            and d.subject_id = any(v_subjects)
            and d.currency = p_event.currency
            and exists (
                select
                from ledger.processor_events as e
                where e.subject_id = d.subject_id
                    and e.event_type = d.first_type
                    and e.provider = d.provider
                    and e.restaurant_id = d.restaurant_id
            )
        order by d.occurred_at, d.deferred_no
        limit 1;
        exit when not found;

        perform ledger.leave_deferred(
            p_event.restaurant_id, p_event.currency, v_waiting.deferred_no
        );
        v_event := ledger.read_event(v_waiting.payload, p_now);
        v_subjects := array_cat(
            v_subjects, array[v_event.payment_id, v_event.refund_id, v_event.dispute_id]
        );
        if v_event.event_id is null then  -- the rules have changed since
            perform ledger.reject_invalid_event(v_waiting.payload, p_now);
        else
            v_written := ledger.write_event(
                v_event, v_waiting.payload, v_waiting.received_at, p_now
            );
            perform ledger.keep_told_event(
                v_event, v_waiting.payload, v_written.answer, p_now
            );
        end if;
    end loop;
end;
$function$;

comment on function ledger.post_deferred(ledger.event_fields, timestamptz)
is 'Posts the events that waited for one that is written now.';
