create or replace function ledger.pause_failed_payee(
    p_event ledger.event_fields,
    p_payout_id text,
    p_code text
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.pause_failed_payee(3)
 *     Pauses a restaurant's payouts in a currency after one has failed for a reason that stays. A
 *     code that is not known is taken for a passing one.
 * Parameters:
 *     p_event      - the event that reports the failure; its account is locked
 *     p_payout_id  - the payout that failed
 *     p_code       - why
 * Calls:  ledger.lock_terms, ledger.write_terms
 * Reads:  ledger.payout_failure_codes, ledger.processor_events
 */
declare
    v_terms ledger.payout_terms;
    v_meaning text;
    v_now timestamptz;
begin
    select
        c.description,
        e.received_at
    into v_meaning, v_now
    from ledger.payout_failure_codes as c
    cross join ledger.processor_events as e
    where lower(c.code) = lower(p_code collate "C")
        and c.is_permanent
        and e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if not found then
        return;
    end if;

    v_terms := ledger.lock_terms(p_event.restaurant_id, p_event.currency);
    v_meaning := format('payout %s failed: %s (%s)', p_payout_id, p_code, v_meaning);
    -- Paused already, it stays so for that reason, too.
    v_terms.paused_reason := left(concat_ws('; ', v_terms.paused_reason, v_meaning), 1000);
    if not v_terms.is_paused then
        v_terms.is_paused := true;
        v_terms.paused_at := v_now;
        v_terms.paused_by := p_event.provider;
    end if;
    perform ledger.write_terms(v_terms, v_meaning, p_event.provider, v_now);
end;
$function$;

comment on function ledger.pause_failed_payee(ledger.event_fields, text, text)
is 'Pauses a restaurant''s payouts after one has failed for a reason that stays.';
