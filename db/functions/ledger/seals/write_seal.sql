create or replace function ledger.write_seal(
    p_actor text,
    p_hours integer,
    p_now timestamptz
)
returns ledger.seals
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_seal(3)
 *     Seals every row that is committed and not sealed.
 * Parameters:
 *     p_actor  - who does it
 *     p_hours  - only if the last seal is at least so many hours old; null: in any case
 *     p_now    - the clock
 * Returns:
 *     the seal; null: it is not due
 * Raises:
 *     40001  another session has sealed since this transaction began, which sees no later moment
 * Calls:  ledger.seal_accounts, ledger.seal_journals, ledger.hash_heads, ledger.write_seal_line
 * Reads:  ledger.account_seals
 * Writes: ledger.seals
 * Locks:  ledger.seals against other seals; nothing that whoever writes the book waits for
 */
declare
    v_last ledger.seals;
    v_seal ledger.seals;
begin
    lock table ledger.seals in share update exclusive mode;
    select s.*
    into v_last
    from ledger.seals as s
    order by s.seal_no desc
    limit 1;
    v_seal.sealed_at := greatest(p_now, v_last.sealed_at);
    if v_last.sealed_at + make_interval(hours => p_hours) > v_seal.sealed_at then
        return null;
    end if;
    v_seal.seal_no := coalesce(v_last.seal_no, 0) + 1;
    v_seal.sealed_by := p_actor;
    v_seal.previous_root := v_last.root;

    -- Whoever has drawn a number had a transaction's number before, as it holds an account's lock:
    -- one that is drawn after reading this is higher than all of theirs.
    v_seal.last_event_no := greatest(
        pg_sequence_last_value('ledger.processor_events_event_no_seq'), v_last.last_event_no, 0
    );
    if pg_current_xact_id_if_assigned() is null then
        v_seal.xact_id := pg_current_xact_id();
    end if;
    v_seal.settled_event_no := case
        when v_last.xact_id <= pg_snapshot_xmin(pg_current_snapshot()) then v_last.last_event_no
        else coalesce(v_last.settled_event_no, 0)
    end;
    perform ledger.seal_accounts(v_seal.seal_no, coalesce(v_last.settled_event_no, 0));
    perform ledger.seal_journals(v_seal.seal_no);

    select
        coalesce(v_last.entry_count, 0) + coalesce(sum(s.entry_count), 0),
        coalesce(v_last.event_count, 0) + coalesce(sum(s.event_count), 0)
    into v_seal.entry_count, v_seal.event_count
    from ledger.account_seals as s
    where s.seal_no = v_seal.seal_no;
    select
        h.heads,
        h.account_count
    into v_seal.heads, v_seal.account_count
    from ledger.hash_heads(v_seal.seal_no) as h;
    v_seal.root := sha256(convert_to(ledger.write_seal_line(v_seal), 'UTF8'));
    -- Two of one number: only for who sees an earlier moment; PostgreSQL ends it with 40001.
    insert into ledger.seals values (v_seal.*) on conflict do nothing;
    return v_seal;
end;
$function$;

comment on function ledger.write_seal(text, integer, timestamptz)
is 'Seals every row that is committed and not sealed.';
