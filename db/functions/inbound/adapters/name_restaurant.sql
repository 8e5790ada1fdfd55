create or replace function inbound.name_restaurant(
    p_account jsonb,
    p_object jsonb,
    p_settings jsonb,
    p_path text[]
)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.name_restaurant(4)
 *     Which restaurant a document is about: where the source has accounts and the document names
 *     one, they alone decide, for a restaurant may write its own metadata; else what stands at the
 *     source's restaurant_path.
 * Parameters:
 *     p_account   - the account that the document names
 *     p_object    - what the path leads through
 *     p_settings  - the settings of the source
 *     p_path      - the path of a source that has none
 * Returns:
 *     the restaurant's id as the document has it; false if its account is none of the source's;
 *     null if the document does not say
 * Calls:  inbound.read_id
 */
    select case
        when jsonb_typeof(p_settings -> 'accounts') = 'object'
            and inbound.read_id(p_account) is not null
            then coalesce(
                nullif(p_settings -> 'accounts' -> inbound.read_id(p_account), 'null'), 'false'
            )
        else nullif(
            p_object #> case
                when jsonb_typeof(p_settings -> 'restaurant_path') = 'array'
                    then array(
                        select w.step
                        from jsonb_array_elements_text(p_settings -> 'restaurant_path')
                            with ordinality as w (step, step_no)
                        where w.step is not null
                        order by w.step_no
                    )
                else p_path
            end,
            'null'
        )
    end;
$function$;

comment on function inbound.name_restaurant(jsonb, jsonb, jsonb, text[])
is 'Which restaurant a document is about, by its account or by a path.';
