create or replace function ledger.answer_payout_run(p_run ledger.payout_runs)
returns table (
    status text,
    message text,
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    is_dry_run boolean,
    payouts_created integer,
    payouts_amount numeric,
    restaurants_skipped integer,
    skipped jsonb
)
language sql
immutable
as $function$
/*
 * Function: ledger.answer_payout_run(1)
 *     What a run answers to whoever wants it.
 * Parameters:
 *     p_run  - the run; without run_id it was a dry one
 * Returns:
 *     one row, the columns of api.run_payouts
 */
    select
        'accepted',
        case
            when p_run.run_id is null then 'payouts that would be created: '
            when p_run.finished_at is null then 'payouts created so far: '
            else 'payouts created: '
        end || p_run.payouts_created,
        p_run.run_id,
        p_run.currency,
        p_run.as_of,
        p_run.min_amount,
        p_run.run_id is null,
        p_run.payouts_created,
        p_run.payouts_amount,
        p_run.restaurants_skipped,
        p_run.skipped;
$function$;

comment on function ledger.answer_payout_run(ledger.payout_runs)
is 'What a run answers to whoever wants it.';
