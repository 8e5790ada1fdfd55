create or replace function ledger.tg_account_balances__guard()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_account_balances__guard(0)
 *     Refuses a change of an account that does not come from its entries; fired only for such.
 * Raises:
 *     LXBAL  always
 */
begin
    raise exception 'the account of % in % is moved by its entries only',
        new.restaurant_id, new.currency
        using errcode = 'LXBAL', constraint = 'BALANCE_NOT_FROM_ENTRIES',
            detail = format('restaurant_id=%s, currency=%s', new.restaurant_id, new.currency),
            hint = 'Money is moved by the functions of schema api.';
end;
$function$;

comment on function ledger.tg_account_balances__guard()
is 'Refuses a change of an account that does not come from its entries.';
