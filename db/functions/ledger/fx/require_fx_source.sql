create or replace function ledger.require_fx_source(p_source text)
returns text
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_fx_source(1)
 *     The source of exchange rates that an argument names, in upper case.
 * Parameters:
 *     p_source  - in either case
 * Returns:
 *     the source
 * Raises:
 *     LBARG  the argument is missing
 *     LUFXS  it cannot be the name of a source
 */
declare
    v_source constant text := upper(p_source collate "C");
begin
    if p_source is null then
        raise exception 'source is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=source';
    elsif v_source !~ '^[A-Z][A-Z0-9._-]{0,31}$' then
        raise exception 'source % is not a name', quote_literal(left(p_source, 40))
            using errcode = 'LUFXS', constraint = 'FX_SOURCE_INVALID',
                detail = format('source=%s', left(p_source, 40)),
                hint = 'A letter, then up to 31 letters, digits or . _ - as in ECB.';
    end if;
    return v_source;
end;
$function$;

comment on function ledger.require_fx_source(text)
is 'The source of exchange rates that an argument names, in upper case.';
