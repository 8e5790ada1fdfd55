create or replace function ledger.post_deferred(
    p_restaurant_id text,
    p_currency text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_deferred(3)
 *     Posts the events of an account that need wait no longer, in order of occurred_at; those that
 *     waited for one of these, too. One that is refused now is kept as rejected.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code; the caller has locked the account
 *     p_now            - the clock
 * Calls:  ledger.leave_deferred, ledger.read_event, ledger.reject_invalid_event,
 *         ledger.write_event, ledger.keep_told_event
 * Reads:  ledger.deferred_events, ledger.processor_events
 */
declare
    v_waiting record;
    v_event ledger.event_fields;
    v_written record;
begin
    loop
        select d.deferred_no, d.received_at, d.payload
        into v_waiting
        from ledger.deferred_events as d
        where d.restaurant_id = p_restaurant_id
            and d.currency = p_currency
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

        perform ledger.leave_deferred(p_restaurant_id, p_currency, v_waiting.deferred_no);
        v_event := ledger.read_event(v_waiting.payload, p_now);
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

comment on function ledger.post_deferred(text, text, timestamptz)
is 'Posts the events of an account that need wait no longer.';
