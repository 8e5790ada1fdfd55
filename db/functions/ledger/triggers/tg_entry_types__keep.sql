create or replace function ledger.tg_entry_types__keep()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_entry_types__keep(0)
 *     Keeps the accounts of an entry type that entries bear: another meaning is another type. What
 *     the type's item is called may change, and an unused type may go.
 * Raises:
 *     LCUSE  the type is in use
 * Reads:  ledger.ledger_entries
 */
begin
    if (
        tg_op = 'DELETE'
        or (
            new.entry_type, new.debit_account, new.credit_account, new.may_be_pending,
            new.payment_effect
        ) is distinct from (
            old.entry_type, old.debit_account, old.credit_account, old.may_be_pending,
            old.payment_effect
        )
    ) and exists (
        select
        from ledger.ledger_entries as e
        where e.entry_type = old.entry_type
    ) then
        raise exception 'entries are of type %: its accounts never change', old.entry_type
            using errcode = 'LCUSE', constraint = 'REFERENCE_IN_USE',
                detail = format('entry_type=%s', old.entry_type),
                hint = 'Add another type.';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end;
$function$;

comment on function ledger.tg_entry_types__keep()
is 'Keeps the accounts of an entry type that entries bear.';
