create or replace function ledger.require_terms(
    p_terms ledger.payout_terms,
    p_min_amount bigint,
    p_max_amount bigint,
    p_payable_unit bigint
)
returns ledger.payout_terms
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_terms(4)
 *     Payout terms with some of them changed.
 * Parameters:
 *     p_terms                                     - the terms until now
 *     p_min_amount, p_max_amount, p_payable_unit  - null leaves it, 0 takes it away
 * Returns:
 *     the terms as they are to be
 * Raises:
 *     LUTRM  an amount is out of range, or the minimum above the maximum
 */
declare
    v_wrong constant text := case
        when p_min_amount not between 0 and 9007199254740991 then 'min_amount'
        when p_max_amount not between 0 and 9007199254740991 then 'max_amount'
        when p_payable_unit not between 0 and 1000000000 then 'payable_unit'
    end;
begin
    if v_wrong is not null then
        raise exception '% is out of range', v_wrong
            using errcode = 'LUTRM', constraint = 'PAYOUT_TERMS_INVALID',
                detail = format('field=%s', v_wrong),
                hint = 'Amounts are 0 to 9007199254740991, the unit is 0 to 1000000000; 0: none.';
    end if;
    p_terms.min_amount := nullif(coalesce(p_min_amount, p_terms.min_amount), 0);
    p_terms.max_amount := nullif(coalesce(p_max_amount, p_terms.max_amount), 0);
    p_terms.payable_unit := nullif(coalesce(p_payable_unit, p_terms.payable_unit), 0);
    if p_terms.min_amount > p_terms.max_amount then
        raise exception 'min_amount % is above max_amount %', p_terms.min_amount,
            p_terms.max_amount
            using errcode = 'LUTRM', constraint = 'PAYOUT_TERMS_INVALID',
                detail = format(
                    'field=min_amount, min_amount=%s, max_amount=%s',
                    p_terms.min_amount, p_terms.max_amount
                ),
                hint = 'Nothing could ever be paid.';
    end if;
    return p_terms;
end;
$function$;

comment on function ledger.require_terms(ledger.payout_terms, bigint, bigint, bigint)
is 'Payout terms with some of them changed.';
