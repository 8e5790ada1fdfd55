create or replace function ledger.tg_currencies__keep()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_currencies__keep(0)
 *     Keeps a currency what it is: amounts in the book are in its minor units.
 * Raises:
 *     LCUSE  its code or exponent would change
 */
begin
    if (new.currency, new.exponent) is distinct from (old.currency, old.exponent) then
        raise exception 'the minor unit of % never changes', old.currency
            using errcode = 'LCUSE', constraint = 'REFERENCE_IN_USE',
                detail = format(
                    'currency=%s, exponent=%s, new_exponent=%s',
                    old.currency, old.exponent, new.exponent
                );
    end if;
    return new;
end;
$function$;

comment on function ledger.tg_currencies__keep()
is 'Keeps a currency''s code and exponent what they are.';
