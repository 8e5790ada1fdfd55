create or replace function ledger.tg_any__posting_only()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_any__posting_only(0)
 *     Refuses what no function of ours does: an account that is opened with money in it, closed
 *     days that are opened again. The trigger's condition says what.
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
is 'Refuses what no posting function does; the trigger''s condition says what.';
