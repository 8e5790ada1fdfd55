create or replace function api.get_payment(
    p_payment_id text,
    p_restaurant_id text default null,
    p_provider text default null
)
returns table (
    payment_id text, restaurant_id text, provider text, currency text, state text, charged bigint,
    refunded numeric, disputed numeric, reversed numeric, refundable numeric, held numeric,
    fee numeric, reservation_id text, event_id text, occurred_at timestamptz,
    received_at timestamptz, recorded_at timestamptz, business_day date, available_on date,
    settlement_day date, payout_id text, events jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_payment(3)
 *     One payment: what was charged, refunded and disputed, what is left of it, from which day its
 *     money counts, and everything that was told of it.
 * Parameters:
 *     p_payment_id     - the processor's id
 *     p_restaurant_id  - the restaurant; needed only if several know such a payment
 *     p_provider       - the processor; likewise
 * Returns:
 *     one row, as reporting.payments; amounts in minor units. events is an array of event_id,
 *     provider, event_type, amount, fee, subject_id (of a refund or dispute), occurred_at,
 *     received_at, entries (an array of entry_type and amount) and accepted (code, actor, reason;
 *     null: nobody had to), the first 500
 * Raises:
 *     LBARG  the payment is not named
 *     LBPMT  several restaurants or processors know such a payment, and it is not said which
 *     LNPMT  there is no such payment
 * Calls:  ledger.require_payment
 * Reads:  reporting.payments, ledger.event_links, ledger.processor_events,
 *         ledger.ledger_entries, ledger.event_acceptances
 * Locks:  none
 */
declare
    v_charge constant ledger.processor_events := ledger.require_payment(
        p_payment_id, p_restaurant_id, p_provider
    );
begin
    return query
    select
        p.payment_id, p.restaurant_id, p.provider, p.currency, p.state, p.charged, p.refunded,
        p.disputed, p.reversed, p.refundable, p.held, p.fee, p.reservation_id, p.event_id,
        p.occurred_at, p.received_at, p.recorded_at, p.business_day, p.available_on,
        p.settlement_day, p.payout_id, s.events
    from reporting.payments as p
    cross join lateral (
        select jsonb_agg(
            jsonb_build_object(
                'event_id', v.event_id, 'provider', v.provider, 'event_type', v.event_type,
                'amount', v.amount, 'fee', v.fee,
                'subject_id', nullif(coalesce(v.subject_id, a.subject_id), p.payment_id),
                'occurred_at', v.occurred_at, 'received_at', v.received_at,
                'entries', n.entries,
                'accepted', case when c.event_no is not null then jsonb_build_object(
                    'code', c.code, 'actor', c.actor, 'reason', c.reason
                ) end
            )
            order by v.event_no
        ) as events
        from (
            select v_charge.event_no as event_no, null::bigint as about_event_no
            union all
            (
                select k.event_no, k.about_event_no
                from ledger.event_links as k
                where k.restaurant_id = v_charge.restaurant_id
                    and k.payment_event_no = v_charge.event_no
                order by k.event_no
                limit 499
            )
        ) as k
        inner join ledger.processor_events as v
            on v.restaurant_id = v_charge.restaurant_id and k.event_no = v.event_no
        left join ledger.processor_events as a
            on a.restaurant_id = v_charge.restaurant_id and k.about_event_no = a.event_no
        left join ledger.event_acceptances as c
            on c.restaurant_id = v_charge.restaurant_id and k.event_no = c.event_no
        cross join lateral (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object('entry_type', l.entry_type, 'amount', l.amount)
                    order by l.entry_seq
                ),
                '[]'
            ) as entries
            from generate_series(0, 1) as i (entry_no)
            inner join ledger.ledger_entries as l
                on l.restaurant_id = v.restaurant_id
                and l.currency = v.currency
                and l.entry_seq = v.first_entry_seq + i.entry_no
            where i.entry_no < v.entry_count
        ) as n
    ) as s
    where p.restaurant_id = v_charge.restaurant_id
        and p.event_no = v_charge.event_no;
end;
$function$;

comment on function api.get_payment(text, text, text)
is 'One payment: what became of it, and everything that was told of it.';
