create or replace view reporting.check_terms_differ_from_changes
with (security_barrier) as
with change as (
    select
        c.restaurant_id,
        c.currency,
        n.key as term,
        c.change_no,
        c.old_terms -> n.key as old_value,
        n.value as new_value,
        lag(n.value) over term as value_before,
        lead(c.change_no) over term is null as is_last
    from ledger.payout_term_changes as c
    cross join lateral jsonb_each(c.new_terms) as n
    window term as (partition by c.restaurant_id, c.currency, n.key order by c.change_no)
),

present as (
    select
        t.restaurant_id,
        t.currency,
        p.key as term,
        p.value
    from ledger.payout_terms as t
    cross join lateral jsonb_each(to_jsonb(t) - 'restaurant_id' - 'currency') as p
)

select
    coalesce(c.restaurant_id, p.restaurant_id) as restaurant_id,
    coalesce(c.currency, p.currency) as currency,
    coalesce(c.term, p.term) as reference,
    format(
        'change %s goes from %s to %s; it was %s before and is %s now',
        coalesce(c.change_no::text, 'none'), coalesce(c.old_value::text, 'none'),
        coalesce(c.new_value::text, 'none'), coalesce(c.value_before::text, 'none'),
        coalesce(p.value::text, 'gone')
    ) as finding
from change as c
full join present as p
    on
        c.restaurant_id = p.restaurant_id
        and c.currency = p.currency
        and c.term = p.term
cross join
    lateral (
        -- Moments are written with the offset of whoever wrote them.
        select
            case
                when coalesce(c.term, p.term) = 'paused_at'
                    then to_jsonb((p.value #>> '{}')::timestamptz)
                else p.value
            end as is_now,
            case
                when c.term = 'paused_at' then to_jsonb((c.new_value #>> '{}')::timestamptz)
                else c.new_value
            end as became,
            case
                when c.term = 'paused_at' then to_jsonb((c.old_value #>> '{}')::timestamptz)
                else c.old_value
            end as was,
            case
                when c.term = 'paused_at' then to_jsonb((c.value_before #>> '{}')::timestamptz)
                else c.value_before
            end as was_before,
            case coalesce(c.term, p.term) when 'is_paused' then 'false'::jsonb else 'null' end
                as nothing
    ) as d
where
    case
        when c.change_no is null then d.is_now <> d.nothing
        else
            coalesce(d.was, d.nothing) <> coalesce(d.was_before, d.nothing)
            or (c.is_last and coalesce(d.is_now, d.nothing) <> coalesce(d.became, d.nothing))
    end;

comment on view reporting.check_terms_differ_from_changes is
'error: Payout terms are not what their last change made them. Reason: Every change of payout '
'terms is kept with what was before; each begins where the one before it ended, the first with no '
'terms, and the last one is how they are. Remedy: Ask who changed them around the functions, '
'compare with a backup, and set them again.';
comment on column reporting.check_terms_differ_from_changes.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_terms_differ_from_changes.currency is
'The currency.';
comment on column reporting.check_terms_differ_from_changes.reference is
'What to look up.';
comment on column reporting.check_terms_differ_from_changes.finding is
'What was found, in words and figures.';
