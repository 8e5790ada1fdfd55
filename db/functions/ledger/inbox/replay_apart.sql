create or replace function ledger.replay_apart(
    p_event_id text,
    p_provider text,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.replay_apart(3)
 *     Replays one event of many: what fails with it does not stop the others.
 * Parameters:
 *     p_event_id, p_provider  - the event
 *     p_now                   - the clock
 * Returns:
 *     the answer; or status failed, with the SQLSTATE as its code: nothing was done, it is in the
 *     inbox as it was
 * Calls:  ledger.replay_kept_event
 * Locks:  the account, then the event id; see ledger.post_event. Those of what fails are let go
 */
declare
    v_answer ledger.event_answer;
begin
    return ledger.replay_kept_event(p_event_id, p_provider, p_now);
exception
    -- The refusals of a rule; a time zone, a number or a text that the server cannot read; somebody
    -- who holds the account for long; an account or a rule that is broken.
    when sqlstate 'LU000' or sqlstate 'LN000' or sqlstate 'LX000' or data_exception
        or integrity_constraint_violation or lock_not_available or transaction_rollback then
        v_answer.status := 'failed';
        v_answer.event_id := p_event_id;
        v_answer.provider := p_provider;
        v_answer.entries := 0;
        v_answer.code := sqlstate;
        v_answer.message := sqlerrm;
        v_answer.received_at := p_now;
        return v_answer;
end;
$function$;

comment on function ledger.replay_apart(text, text, timestamptz)
is 'Replays one event of many: what fails with it does not stop the others.';
