create or replace function ledger.tg_any__refuse()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_any__refuse(0)
 *     Refuses the statement: on tables of recorded facts that nobody may update, delete or
 *     truncate, their owner and superusers included.
 * Raises:
 *     LCAPP  always
 */
begin
    raise exception 'rows of %.% are recorded facts: % is refused',
        tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'LCAPP', constraint = 'APPEND_ONLY',
            detail = format(
                'table=%s.%s, operation=%s', tg_table_schema, tg_table_name, lower(tg_op)
            ),
            hint = 'A correction is a new entry.';
end;
$function$;

comment on function ledger.tg_any__refuse()
is 'Refuses to update, delete or truncate recorded facts.';
