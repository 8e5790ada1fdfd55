create or replace function ledger.link_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision,
    p_event_no bigint
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.link_event(4)
 *     Writes what an event follows and whether it holds money back, and moves the payout that it
 *     is about.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_decision  - what was decided under the account's lock
 *     p_event_no  - its number; it is claimed
 * Calls:  ledger.move_payout
 * Reads:  ledger.posting_rules
 * Writes: ledger.event_links, ledger.holdings
 */
begin
    if num_nonnulls(p_decision.about_event_no, p_decision.payment_event_no) > 0 then
        insert into ledger.event_links (
            event_no, about_event_no, payment_event_no, restaurant_id, is_reversal
        )
        values (
            p_event_no, p_decision.about_event_no, p_decision.payment_event_no,
            p_event.restaurant_id, p_event.event_type = 'event_reversed'
        );
    end if;
    if p_decision.subject_id is not null then
        insert into ledger.holdings (event_no, restaurant_id, event_type)
        select p_event_no, p_event.restaurant_id, p_event.event_type
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.subject_state = p_decision.subject_state
            and r.amount_held_effect > 0;
    end if;
    if p_decision.payout_id is not null then
        perform ledger.move_payout(p_event, p_document, p_decision);
    end if;
end;
$function$;

comment on function ledger.link_event(
    ledger.event_fields, jsonb, ledger.event_decision, bigint
)
is 'Writes what an event follows and whether it holds money back, and moves its payout.';
