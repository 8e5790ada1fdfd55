create or replace function ledger.list_event_lines(
    p_restaurant_id text,
    p_currency text,
    p_after_no bigint,
    p_through_no bigint
)
returns table (
    event_no bigint,
    event_id text,
    line text
)
language sql
stable
as $function$
/*
 * Function: ledger.list_event_lines(4)
 *     The lines of an account's events, as ledger.list_entry_lines has those of its entries: with
 *     what they follow, whether they hold money back, and who accepted them in spite of a cap.
 * Parameters:
 *     p_restaurant_id  - the restaurant
 *     p_currency       - the currency
 *     p_after_no       - events after this one
 *     p_through_no     - up to this one
 * Returns:
 *     a row an event, in no order
 * Reads:  ledger.processor_events, ledger.event_links, ledger.holdings, ledger.event_acceptances
 */
select
    e.event_no,
    e.event_id,
    json_build_array(
        'event', e.restaurant_id, e.currency, e.event_no, e.provider, e.event_id, e.event_type,
        e.subject_state, e.subject_id, e.payout_id, e.amount, e.fee, e.first_entry_seq,
        e.entry_count, e.occurred_at at time zone interval '0',
        e.received_at at time zone interval '0', e.payload,
        (
            select json_build_array(l.about_event_no, l.payment_event_no, l.is_reversal)
            from ledger.event_links as l
            where l.restaurant_id = e.restaurant_id
                and l.event_no = e.event_no
        ),
        (
            select h.event_type
            from ledger.holdings as h
            where h.restaurant_id = e.restaurant_id
                and h.event_no = e.event_no
        ),
        (
            select
                json_build_array(
                    a.code, a.actor, a.reason, a.accepted_at at time zone interval '0'
                )
            from ledger.event_acceptances as a
            where a.restaurant_id = e.restaurant_id
                and a.event_no = e.event_no
        )
    )::text as line
from ledger.processor_events as e
where e.restaurant_id = p_restaurant_id
    and e.currency = p_currency
    and e.event_no > p_after_no
    and e.event_no <= p_through_no
$function$;

comment on function ledger.list_event_lines(text, text, bigint, bigint)
is 'The lines of an account''s events, of which seals are made.';
