create or replace function ledger.tg_any__replay_only()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_any__replay_only(0)
 *     Refuses to change reference data but by the replay of db/reference, which works as
 *     cuenta_writer, a role that nobody can become outside a deploy. Superusers are refused as
 *     well, unless they take that role on purpose.
 * Raises:
 *     LCREF  somebody else tries
 */
begin
    if current_user <> 'cuenta_writer' then
        raise exception 'rows of %.% are files of db/reference: % is refused',
            tg_table_schema, tg_table_name, lower(tg_op)
            using errcode = 'LCREF', constraint = 'REFERENCE_DATA',
                detail = format(
                    'table=%s.%s, operation=%s', tg_table_schema, tg_table_name, lower(tg_op)
                ),
                hint = 'Change the file and deploy.';
    end if;
    return null;
end;
$function$;

comment on function ledger.tg_any__replay_only()
is 'Refuses to change reference data but by the replay of db/reference.';
