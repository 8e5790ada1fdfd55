create or replace function ledger.tg_posting_rules__keep()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_posting_rules__keep(0)
 *     Keeps a rule that is replaced or removed, with its validity, so that an old event can be read
 *     by the rules of its time.
 * Writes: ledger.posting_rule_history
 */
begin
    insert into ledger.posting_rule_history (
        event_type, subject_state, amount_entry, fee_entry, is_delayed, valid_from, valid_until
    )
    values (
        old.event_type, old.subject_state, old.amount_entry, old.fee_entry, old.is_delayed,
        old.valid_from, clock_timestamp()
    );
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.valid_from := clock_timestamp();
    return new;
end;
$function$;

comment on function ledger.tg_posting_rules__keep()
is 'Keeps a rule that is replaced or removed, with its validity.';
