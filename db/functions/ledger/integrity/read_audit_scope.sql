create or replace function ledger.read_audit_scope(p_column text)
returns text[]
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: ledger.read_audit_scope(1)
 *     A column of the accounts or payouts of an audit, as ledger.set_audit_scope wrote it.
 *     Immutable for the same reason as ledger.audits_everything: the planner knows how many, and
 *     they are looked up once an audit and not once a mention.
 * Parameters:
 *     p_column  - restaurant_id, currency, after_seq or after_event_no; payout_restaurant_id or
 *         payout_id
 * Returns:
 *     its values, as many for each column; null: everything is audited
 */
begin
    return nullif(current_setting('cuenta.audit_' || p_column, true), '')::text[];
end;
$function$;

comment on function ledger.read_audit_scope(text)
is 'A column of the accounts or payouts that an audit looks at.';
