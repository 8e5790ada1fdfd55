create or replace function ledger.tg_any__posting_only()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_any__posting_only(0)
 *     Refuses entries that do not come from the functions that move the account with them,
 *     ledger.write_event_entries and ledger.write_payout: they set cuenta.is_posting around their
 *     writing, and the trigger fires when it is not set. Refuses accounts that are opened with
 *     money in them, and to open closed days again, too.
 * Raises:
 *     LXPST  always
 */
begin
    raise exception '%.% is written by the posting functions only', tg_table_schema, tg_table_name
        using errcode = 'LXPST', constraint = 'POSTING_ONLY',
            detail = format(
                'table=%s.%s, operation=%s', tg_table_schema, tg_table_name, lower(tg_op)
            ),
            hint = 'Money is moved by the functions of schema api.';
end;
$function$;

comment on function ledger.tg_any__posting_only()
is 'Refuses entries that do not come from the functions that move the account with them.';
