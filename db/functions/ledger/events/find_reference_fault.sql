create or replace function ledger.find_reference_fault(p_event jsonb)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.find_reference_fault(1)
 *     The rules of what an event may name besides its fields: the payment, refund or dispute it
 *     belongs to, at the top or else in metadata; from which day its money counts; whether it is
 *     real. A member that is null is not there.
 * Parameters:
 *     p_event  - the document; its fields are good, no number in it is wild
 * Returns:
 *     the code of the first thing that is wrong, null if nothing is
 * Calls:  ledger.is_day_of_month, ledger.read_time
 * Reads:  ledger.platform_settings, ledger.event_types
 */
declare
    v_field text;
    v_value jsonb;
    v_available_on constant text := p_event ->> 'available_on';
begin
    -- What an event of its type has no use for is the sender's own affair.
    foreach v_field in array array[
        'payment_id',
        (
            select t.subject_field
            from ledger.event_types as t
            where t.event_type = p_event ->> 'event_type'
                and t.subject_field in ('refund_id', 'dispute_id')
        )
    ] loop
        v_value := coalesce(
            nullif(p_event -> v_field, 'null'), p_event -> 'metadata' -> v_field
        );
        if jsonb_typeof(v_value) not in ('null', 'string')
            or length(v_value #>> '{}') not between 1 and 128
            or v_value #>> '{}' !~ '^[]!#-[^-~]+$' then
            return upper(v_field) || '_INVALID';
        end if;
    end loop;

    if jsonb_typeof(p_event -> 'available_on') not in ('null', 'string')
        or length(v_available_on) <> 10
        or v_available_on !~ '^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' then
        return 'AVAILABLE_ON_INVALID';
    elsif substr(v_available_on, 9, 2) > '28' and not ledger.is_day_of_month(v_available_on) then
        return 'AVAILABLE_ON_INVALID';
    elsif v_available_on::date > (
            ledger.read_time(p_event ->> 'occurred_at') at time zone 'UTC'
        )::date + 366 then
        return 'AVAILABLE_ON_INVALID';
    end if;
    return case
        when jsonb_typeof(p_event -> 'livemode') not in ('null', 'boolean') then 'LIVEMODE_INVALID'
        when p_event -> 'livemode' = 'false' and not exists (
                select
                from ledger.platform_settings as s
                where s.takes_test_events
            ) then 'TEST_EVENT'
    end;
end;
$function$;

comment on function ledger.find_reference_fault(jsonb)
is 'What is wrong with what an event names besides its fields.';
