create or replace function ledger.require_inbox_status(p_status text)
returns text
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_inbox_status(1)
 *     Checks the status by which the inbox is asked.
 * Parameters:
 *     p_status  - rejected, conflict, deferred, accepted or dismissed; null: any that is open
 * Returns:
 *     p_status
 * Raises:
 *     LUIST  nothing in the inbox has such a status
 */
begin
    if p_status not in ('rejected', 'conflict', 'deferred', 'accepted', 'dismissed') then
        raise exception 'nothing in the inbox is %', quote_literal(left(p_status, 20))
            using errcode = 'LUIST', constraint = 'INBOX_STATUS_UNKNOWN',
                detail = format('status=%s', left(p_status, 20)),
                hint = 'rejected, conflict, deferred, accepted or dismissed.';
    end if;
    return p_status;
end;
$function$;

comment on function ledger.require_inbox_status(text)
is 'Checks the status by which the inbox is asked.';
