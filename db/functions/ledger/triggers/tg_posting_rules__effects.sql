create or replace function ledger.tg_posting_rules__effects()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_posting_rules__effects(0)
 *     Gives a rule the effects of its entry types. The foreign keys hold them equal from then on.
 * Reads:  ledger.entry_types
 */
begin
    select t.balance_effect, t.reserved_effect, t.held_effect, t.may_be_pending
    into
        new.amount_balance_effect, new.amount_reserved_effect, new.amount_held_effect,
        new.may_be_pending
    from ledger.entry_types as t
    where t.entry_type = new.amount_entry;
    new.may_be_pending := coalesce(new.may_be_pending, false);

    select t.balance_effect, t.reserved_effect, t.held_effect
    into new.fee_balance_effect, new.fee_reserved_effect, new.fee_held_effect
    from ledger.entry_types as t
    where t.entry_type = new.fee_entry;
    return new;
end;
$function$;

comment on function ledger.tg_posting_rules__effects()
is 'Gives a rule the effects of its entry types.';
