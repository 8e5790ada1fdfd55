create or replace function ledger.audits_everything()
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: ledger.audits_everything(0)
 *     Whether the views ledger.audited_* are the whole book, or what came since the last audited
 *     seal. ledger.set_audit_scope says so for a transaction; wherever nobody has said anything,
 *     as in psql, it is the whole book.
 *     Immutable, although it reads a setting: so it is known when a statement is planned, and the
 *     branch that is not meant costs nothing and misleads no estimate. A statement that is prepared
 *     keeps what held then; ledger.run_check's is planned each time.
 * Returns:
 *     false: only what came since the last audited seal
 */
begin
    return coalesce(current_setting('cuenta.audit_restaurant_id', true), '') = '';
end;
$function$;

comment on function ledger.audits_everything()
is 'Whether the views ledger.audited_* are the whole book.';
