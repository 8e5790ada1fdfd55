create or replace function ledger.list_journals()
returns text[]
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.list_journals(0)
 *     The tables that are sealed row by row and belong to no account; see ledger.journal_seals.
 * Returns:
 *     their names, sorted
 */
select
    array[
        'event_deferrals', 'event_dismissals', 'event_rejections', 'payout_term_changes',
        'setting_changes'
    ]
$function$;

comment on function ledger.list_journals()
is 'The tables that are sealed row by row and belong to no account.';
