create or replace function ledger.write_terms(
    p_terms ledger.payout_terms,
    p_reason text,
    p_actor text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_terms(4)
 *     Makes a restaurant's payout terms what they are to be, and keeps what was changed.
 * Parameters:
 *     p_terms   - the terms; ledger.lock_terms has locked them
 *     p_reason  - why
 *     p_actor   - who changes them
 *     p_now     - the clock
 * Writes: ledger.payout_terms, ledger.payout_term_changes
 */
declare
    v_new constant jsonb := to_jsonb(p_terms);
    v_old constant jsonb := (
        select to_jsonb(t)
        from ledger.payout_terms as t
        where t.restaurant_id = p_terms.restaurant_id
            and t.currency = p_terms.currency
    );
begin
    if v_new = v_old then
        return;
    end if;
    update ledger.payout_terms as t
    set
        min_amount = p_terms.min_amount,
        max_amount = p_terms.max_amount,
        payable_unit = p_terms.payable_unit,
        is_paused = p_terms.is_paused,
        paused_at = p_terms.paused_at,
        paused_by = p_terms.paused_by,
        paused_reason = p_terms.paused_reason
    where t.restaurant_id = p_terms.restaurant_id
        and t.currency = p_terms.currency;
    insert into ledger.payout_term_changes (
        changed_at, restaurant_id, currency, changed_by, reason, old_terms, new_terms
    )
    select
        p_now, p_terms.restaurant_id, p_terms.currency, p_actor, p_reason,
        jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    from jsonb_each(v_new) as n
    where n.value <> v_old -> n.key;
end;
$function$;

comment on function ledger.write_terms(ledger.payout_terms, text, text, timestamptz)
is 'Makes payout terms what they are to be, and keeps what was changed.';
