create or replace function ledger.list_entry_lines(
    p_restaurant_id text,
    p_currency text,
    p_after_seq bigint,
    p_through_seq bigint
)
returns table (
    entry_seq bigint,
    line text
)
language sql
stable
as $function$
/*
 * Function: ledger.list_entry_lines(4)
 *     The lines of an account's entries, of which seals are made: JSON that no setting of a session
 *     changes, moments in UTC. The entry of a payout has what of the payout never changes, with its
 *     items. docs/seals.md has the format: a line that changes breaks every seal there is.
 * Parameters:
 *     p_restaurant_id  - the restaurant
 *     p_currency       - the currency
 *     p_after_seq      - entries after this one
 *     p_through_seq    - up to this one
 * Returns:
 *     a row an entry, in no order
 * Reads:  ledger.ledger_entries, ledger.payouts, ledger.payout_items
 */
select
    e.entry_seq,
    json_build_array(
        'entry', e.restaurant_id, e.currency, e.entry_seq, e.entry_type, e.amount,
        e.balance_after, e.reserved_after, e.held_after, e.event_no, e.payout_id, e.business_day,
        e.available_on, e.settlement_day, e.recorded_at at time zone interval '0',
        case
            when e.entry_type = 'PAYOUT_RESERVE' then (
                select
                    json_build_array(
                        p.currency, p.as_of, p.amount, p.reserve_entry_seq, p.run_id,
                        p.created_at at time zone interval '0',
                        (
                            select
                                json_agg(
                                    json_build_array(i.item_type, i.amount, i.entry_count)
                                    order by i.item_type
                                )
                            from ledger.payout_items as i
                            where i.restaurant_id = e.restaurant_id
                                and i.payout_id = e.payout_id
                        )
                    )
                from ledger.payouts as p
                where p.restaurant_id = e.restaurant_id
                    and p.payout_id = e.payout_id
            )
        end
    )::text as line
from ledger.ledger_entries as e
where e.restaurant_id = p_restaurant_id
    and e.currency = p_currency
    and e.entry_seq > p_after_seq
    and e.entry_seq <= p_through_seq
$function$;

comment on function ledger.list_entry_lines(text, text, bigint, bigint)
is 'The lines of an account''s entries, of which seals are made.';
