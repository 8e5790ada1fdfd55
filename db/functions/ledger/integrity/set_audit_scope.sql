create or replace function ledger.set_audit_scope(p_everything boolean)
returns void
language plpgsql
stable
as $function$
/*
 * Function: ledger.set_audit_scope(1)
 *     Says what the views ledger.audited_* are for the rest of the transaction: all of the book, or
 *     what came after the last audited seal: of every account its entries and events after the last
 *     ones of that seal, and the payouts that were made since, are under way, or were moved by an
 *     entry since. That is looked up here, once for all checks.
 *     Whoever says false has to say true when it has audited.
 * Parameters:
 *     p_everything  - false: only what came since the last audited seal
 * Reads:  ledger.account_balances, the seals and payouts, ledger.ledger_entries
 * Locks:  none
 */
begin
    perform set_config(
        'cuenta.audit_' || c.name,
        case when p_everything then '' else coalesce(c.value, '{}') end,
        true
    )
    from (
        with account as materialized (
            select
                b.restaurant_id,
                b.currency,
                coalesce(s.entry_seq, 0) as after_seq,
                greatest(s.event_no, l.settled_event_no) as after_event_no
            from ledger.account_balances as b
            cross join (
                select
                    coalesce(max(n.seal_no), 0) as seal_no,
                    coalesce(max(n.settled_event_no), 0) as settled_event_no
                from ledger.seals as n
                where n.audited_at is not null
            ) as l
            left join lateral (
                select
                    n.entry_seq,
                    n.event_no
                from ledger.account_seals as n
                where
                    n.restaurant_id = b.restaurant_id
                    and n.currency = b.currency
                    and n.seal_no <= l.seal_no
                order by n.seal_no desc
                limit 1
            ) as s on true
            where not p_everything
        ),

        payout as (
            select p.*
            from account as a
            left join lateral (
                select o.as_of
                from ledger.payouts as o
                where
                    o.restaurant_id = a.restaurant_id
                    and o.currency = a.currency
                    and o.reserve_entry_seq <= a.after_seq
                order by o.as_of desc
                limit 1
            ) as s on true
            cross join lateral (
                select
                    n.restaurant_id,
                    n.payout_id
                from ledger.payouts as n
                where
                    n.restaurant_id = a.restaurant_id
                    and n.currency = a.currency
                    and n.as_of > coalesce(s.as_of, '-infinity')
                    and n.as_of <= 'infinity'
                union
                select
                    e.restaurant_id,
                    e.payout_id
                from ledger.ledger_entries as e
                where
                    e.restaurant_id = a.restaurant_id
                    and e.currency = a.currency
                    and e.entry_seq > a.after_seq
                    and e.entry_seq <= 9223372036854775807
                    and e.payout_id is not null
            ) as p
            union
            select
                x.restaurant_id,
                x.payout_id
            from ledger.payouts as x
            where x.status = 'CREATED' and not p_everything
        )

        select
            array_agg(a.restaurant_id)::text as restaurant_id,
            array_agg(a.currency)::text as currency,
            array_agg(a.after_seq)::text as after_seq,
            array_agg(a.after_event_no)::text as after_event_no,
            (select array_agg(p.restaurant_id)::text from payout as p) as payout_restaurant_id,
            (select array_agg(p.payout_id)::text from payout as p) as payout_id
        from account as a
    ) as s
    cross join lateral (
        values
        ('restaurant_id', s.restaurant_id),
        ('currency', s.currency),
        ('after_seq', s.after_seq),
        ('after_event_no', s.after_event_no),
        ('payout_restaurant_id', s.payout_restaurant_id),
        ('payout_id', s.payout_id)
    ) as c (name, value);
end;
$function$;

comment on function ledger.set_audit_scope(boolean)
is 'Says what an audit looks at.';
