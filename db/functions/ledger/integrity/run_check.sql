create or replace function ledger.run_check(p_check text, p_everything boolean)
returns table (
    findings bigint,
    sample jsonb
)
language plpgsql
stable
-- A day of 30,000 events is sorted in memory.
set work_mem = '64MB'
as $function$
/*
 * Function: ledger.run_check(2)
 *     Runs one check, in the scope that ledger.set_audit_scope has set. Its name is that of a view
 *     of ours, so it is the one place where a statement is put together.
 * Parameters:
 *     p_check       - a name of reporting.integrity_checks
 *     p_everything  - false: only what came since the last audited seal
 * Returns:
 *     one row: how many findings, and up to five of them; null: none. If a value makes the check
 *     itself fail, that is the finding
 * Reads:  the view reporting.check_ and the name; the planner is told that old rows are looked up
 *     one by one and new ones hashed, for as long as the statement takes
 * Locks:  none
 */
declare
    v_seqscan text := current_setting('enable_seqscan');
    v_mergejoin text := current_setting('enable_mergejoin');
begin
    if not p_everything then
        perform set_config('enable_seqscan', 'off', true);
        perform set_config('enable_mergejoin', 'off', true);
    end if;
    return query execute format(
        $query$
        select
            count(*),
            jsonb_agg(to_jsonb(n) - 'finding_no' order by n.finding_no)
            filter (where n.finding_no <= 5)
        from (
            select
                c.*,
                row_number() over (
                    order by c.restaurant_id collate "C", c.currency collate "C",
                        c.reference collate "C", c.finding collate "C"
                ) as finding_no
            from reporting.%I as c
        ) as n
        $query$,
        'check_' || p_check
    );
    perform set_config('enable_seqscan', v_seqscan, true);
    perform set_config('enable_mergejoin', v_mergejoin, true);
exception
    when data_exception then
        findings := 1;
        sample := jsonb_build_array(
            jsonb_build_object('finding', 'the check cannot be evaluated: ' || sqlerrm)
        );
        return next;
end;
$function$;

comment on function ledger.run_check(text, boolean)
is 'Runs one check.';
