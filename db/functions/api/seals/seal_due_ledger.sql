create or replace function api.seal_due_ledger()
returns table (
    seal_no bigint,
    sealed_at timestamptz,
    entry_count bigint,
    event_count bigint,
    root text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.seal_due_ledger(0)
 *     Seals the book if the last seal is older than the platform's settings want; of several
 *     workers that look, one does it.
 * Returns:
 *     one row, the seal; none: it is not due
 * Calls:  ledger.write_seal
 * Reads:  ledger.platform_settings, ledger.seals
 * Locks:  ledger.seals against other seals
 */
declare
    v_hours integer;
    v_seal ledger.seals;
begin
    select p.seal_hours
    into v_hours
    from ledger.platform_settings as p
    where p.seal_hours > 0
        and not exists (
            select
            from ledger.seals as s
            where s.sealed_at > clock_timestamp() - make_interval(hours => p.seal_hours)
        );
    if not found then
        return;
    end if;
    v_seal := ledger.write_seal('worker', v_hours, clock_timestamp());
    if v_seal.seal_no is not null then
        return query
        select
            v_seal.seal_no, v_seal.sealed_at, v_seal.entry_count, v_seal.event_count,
            encode(v_seal.root, 'hex');
    end if;
end;
$function$;

comment on function api.seal_due_ledger()
is 'Seals the book if that is due by the platform''s settings.';
