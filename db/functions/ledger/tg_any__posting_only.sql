create or replace function ledger.tg_any__posting_only()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_any__posting_only(0)
 *     Refuses entries, and moves of accounts, that do not come from the posting functions, which
 *     write both in one transaction: ledger.post_event and ledger.write_payout. They set
 *     cuenta.is_posting around their writing; the trigger fires when it is not set.
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
is 'Refuses entries, and moves of accounts, that do not come from the posting functions.';
