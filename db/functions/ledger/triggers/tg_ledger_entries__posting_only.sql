create or replace function ledger.tg_ledger_entries__posting_only()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_ledger_entries__posting_only(0)
 *     Refuses entries that do not come from the functions that move the account with them,
 *     ledger.write_event and ledger.write_payouts: they set cuenta.is_posting around their writing.
 *     The condition stands here and not in the trigger, where it would be parsed at every call.
 * Raises:
 *     LXPST  the entry would leave its account behind
 */
begin
    if current_setting('cuenta.is_posting', true) is distinct from 'on' then
        raise exception 'ledger.ledger_entries is written by the posting functions only'
            using errcode = 'LXPST', constraint = 'POSTING_ONLY',
                detail = format('table=ledger.ledger_entries, operation=%s', lower(tg_op)),
                hint = 'Money is moved by the functions of schema api.';
    end if;
    return null;
end;
$function$;

comment on function ledger.tg_ledger_entries__posting_only()
is 'Refuses entries that do not come from the functions that move the account with them.';
