create or replace function ledger.record_changes(
    p_restaurant_id text,
    p_before jsonb,
    p_after jsonb,
    p_actor text,
    p_now timestamptz
)
returns void
language sql
volatile
as $function$
/*
 * Function: ledger.record_changes(5)
 *     Records what of some settings has changed, if anything has, and after which entries of the
 *     restaurant: its next ones are posted under the new settings, whatever the clock says.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant; empty: the platform's own settings
 *     p_before         - the settings as they were; an empty object: there were none
 *     p_after          - as they are; whoever changed them holds their lock, and those of the
 *                        restaurant's accounts
 *     p_actor          - who did
 *     p_now            - the clock
 * Reads:  ledger.account_balances
 * Writes: ledger.setting_changes
 */
    insert into ledger.setting_changes (
        changed_at, restaurant_id, changed_by, old_settings, new_settings, entry_seqs
    )
    select
        p_now,
        p_restaurant_id,
        p_actor,
        coalesce(
            jsonb_object_agg(s.name, p_before -> s.name) filter (where p_before ? s.name), '{}'
        ),
        jsonb_object_agg(s.name, s.value),
        case
            when p_restaurant_id <> '' then (
                select coalesce(jsonb_object_agg(b.currency, b.last_entry_seq), '{}')
                from ledger.account_balances as b
                where b.restaurant_id = p_restaurant_id
            )
        end
    from jsonb_each(p_after) as s (name, value)
    where s.value is distinct from p_before -> s.name
    having count(*) > 0;
$function$;

comment on function ledger.record_changes(text, jsonb, jsonb, text, timestamptz)
is 'Records what of some settings has changed.';
