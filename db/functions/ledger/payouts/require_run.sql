create or replace function ledger.require_run(p_run_id text)
returns ledger.payout_runs
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_run(1)
 *     The payout run that an argument names.
 * Parameters:
 *     p_run_id  - as it was started
 * Returns:
 *     the run as it is now
 * Raises:
 *     LBARG  the argument is missing
 *     LNRUN  there is no such run
 * Reads:  ledger.payout_runs
 */
declare
    v_run ledger.payout_runs;
begin
    if p_run_id is null then
        raise exception 'run_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=run_id';
    end if;
    select r.*
    into v_run
    from ledger.payout_runs as r
    where r.run_id = p_run_id;

    if not found then
        raise exception 'payout run % does not exist', quote_literal(left(p_run_id, 64))
            using errcode = 'LNRUN', constraint = 'PAYOUT_RUN_NOT_FOUND',
                detail = format('run_id=%s', left(p_run_id, 64)),
                hint = 'list_payout_runs shows them.';
    end if;
    return v_run;
end;
$function$;

comment on function ledger.require_run(text)
is 'The payout run that an argument names.';
