-- Charges of the last hour, the events day_<first> to day_<last>, by turns of the restaurants
-- res_1 .. res_<restaurants>; each twentieth is a refund of the charge before it.
select count(*)
from
    api.ingest_events(
        (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'event_id', 'day_' || n.event_no,
                        'event_type', case when r.is_refund then 'refund_succeeded' else 'charge_succeeded' end,
                        'occurred_at', to_char(
                            (now() - interval '1 hour') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                        ),
                        'restaurant_id', 'res_' || (n.event_no - r.is_refund::integer) %% %(restaurants)s + 1,
                        'currency', 'PEN',
                        'amount', case when r.is_refund then 500 else 1000 + n.event_no %% 9000 end,
                        'fee', case when r.is_refund then 0 else 95 end,
                        'payment_id', 'pay_day_' || (n.event_no - r.is_refund::integer)
                    ) || case
                        when r.is_refund then jsonb_build_object('refund_id', 'ref_day_' || n.event_no)
                        else '{}'
                    end
                    order by n.event_no
                )
            from generate_series(%(first)s, %(last)s) as n (event_no)
            cross join lateral (select n.event_no %% 20 = 0 as is_refund) as r
        )
    ) as a;
