create or replace function ledger.name_changed_event(
    p_batch ledger.account_seals,
    p_after_no bigint
)
returns table (
    reference text,
    finding text
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.name_changed_event(2)
 *     The first event of a batch that is not as it was sealed. Events have no numbers without gaps:
 *     what follows the first difference says whether one is missing or there is one too many.
 * Parameters:
 *     p_batch     - the batch
 *     p_after_no  - where the one before it ends
 * Returns:
 *     at most one row: its id, or of the one after which it was, and what happened to it
 * Calls:  ledger.list_event_lines
 * Reads:  ledger.ledger_entries, ledger.processor_events
 */
declare
    v_is text [];
    v_was text [];
    v_ids text [];
    v_place bigint;
begin
    select
        coalesce(array_agg(encode(l.mark, 'hex') order by l.event_no), '{}'),
        coalesce(array_agg(l.event_id order by l.event_no), '{}')
    into v_is, v_ids
    from (
        select
            v.event_no,
            v.event_id,
            substring(sha256(convert_to(v.line, 'UTF8')) for 4) as mark
        from ledger.list_event_lines(
            p_batch.restaurant_id, p_batch.currency, p_after_no, p_batch.event_no
        ) as v
    ) as l;
    select coalesce(array_agg(
        encode(
            substring(
                p_batch.marks
                from (4 * (p_batch.entry_count + g.event_place) - 3)::integer for 4
            ), 'hex'
        )
        order by g.event_place
    ), '{}')
    into v_was
    from generate_series(1, p_batch.event_count) as g (event_place);

    select min(u.place)
    into v_place
    from unnest(v_is, v_was) with ordinality as u (mark_is, mark_was, place)
    where u.mark_is is distinct from u.mark_was;
    if v_place is null then
        return;
    elsif v_place > cardinality(v_was)
        or (v_place < cardinality(v_is) and v_is[v_place + 1] = v_was[v_place]) then
        reference := v_ids[v_place];
        finding := 'the event was inserted after it was sealed';
    elsif v_place > cardinality(v_is)
        or (v_place < cardinality(v_was) and v_is[v_place] = v_was[v_place + 1]) then
        reference := coalesce(v_ids[v_place - 1], '');
        finding := coalesce(
            (
                select
                    format('event %s is missing', min(n.event_no))
                from ledger.ledger_entries as n
                where n.restaurant_id = p_batch.restaurant_id
                    and n.currency = p_batch.currency
                    and n.entry_seq > p_batch.entry_seq - p_batch.entry_count
                    and n.entry_seq <= p_batch.entry_seq
                    and not exists (
                        select
                        from ledger.processor_events as e
                        where e.restaurant_id = n.restaurant_id
                            and e.event_no = n.event_no
                    )
                having min(n.event_no) is not null
            ),
            'an event is missing after this one'
        ) || ': it was sealed and removed or moved';
    else
        reference := v_ids[v_place];
        finding := 'the event, or what it follows, is not as it was sealed';
    end if;
    return next;
end;
$function$;

comment on function ledger.name_changed_event(ledger.account_seals, bigint)
is 'The first event of a batch that is not as it was sealed.';
