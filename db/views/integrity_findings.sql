create or replace view reporting.integrity_findings as
-- A filter on check_name leaves only its branch: the names are constants.

select
    'payout_amount_not_positive'::text as check_name,
    'error'::text as severity,
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('amount is %s', p.amount) as finding
from ledger.payouts as p
where p.amount <= 0

union all

select
    'payout_items_do_not_add_up'::text as check_name,
    'error'::text as severity,
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('items add up to %s, amount is %s', coalesce(i.amount, 0), p.amount) as finding
from ledger.payouts as p
left join (
    select
        x.restaurant_id,
        x.payout_id,
        sum(x.amount) as amount
    from ledger.payout_items as x
    group by x.restaurant_id, x.payout_id
) as i
    on p.restaurant_id = i.restaurant_id and p.payout_id = i.payout_id
where p.amount <> coalesce(i.amount, 0)

union all

select
    'payout_without_reserve'::text as check_name,
    'error'::text as severity,
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('entry %s does not reserve its %s', p.reserve_entry_seq, p.amount) as finding
from ledger.payouts as p
where
    not exists (
        select 1
        from ledger.ledger_entries as e
        where
            e.restaurant_id = p.restaurant_id
            and e.currency = p.currency
            and e.entry_seq = p.reserve_entry_seq
            and e.payout_id = p.payout_id
            and e.entry_type = 'PAYOUT_RESERVE'
    )

union all

select
    'reserve_differs_from_payout'::text as check_name,
    'error'::text as severity,
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        '%s PAYOUT_RESERVE entries of %s %s, the payout is of %s %s',
        e.entry_count,
        e.amount,
        e.currencies,
        p.amount,
        p.currency
    ) as finding
from ledger.payouts as p
inner join (
    select
        x.restaurant_id,
        x.payout_id,
        count(*) as entry_count,
        sum(x.amount) as amount,
        string_agg(distinct x.currency, '+') as currencies
    from ledger.ledger_entries as x
    where x.entry_type = 'PAYOUT_RESERVE'
    group by x.restaurant_id, x.payout_id
) as e
    on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id
where e.entry_count <> 1 or e.amount <> p.amount or e.currencies <> p.currency

union all

select
    'payout_status_differs_from_entries'::text as check_name,
    'error'::text as severity,
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'status is %s, but the entries leave %s reserved and %s taken from the restaurant, of %s',
        p.status,
        e.reserved,
        e.taken,
        p.amount
    ) as finding
from ledger.payouts as p
inner join (
    select
        x.restaurant_id,
        x.payout_id,
        sum(x.amount * t.reserved_effect) as reserved,
        sum(-x.amount * t.balance_effect) as taken,
        max(x.amount) filter (where x.entry_type = 'PAYOUT_RESERVE') as first_reserved
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    where x.payout_id is not null
    group by x.restaurant_id, x.payout_id
) as e
    on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id
where
    e.reserved <> case p.status when 'CREATED' then e.first_reserved else 0 end
    or e.taken <> case when p.status in ('CREATED', 'PAID') then e.first_reserved else 0 end

union all

select
    'reserved_balance_unequal_to_open_payouts'::text as check_name,
    'error'::text as severity,
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format(
        'reserved is %s, payouts under way are %s', b.reserved, coalesce(p.amount, 0)
    ) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        sum(x.amount) as amount
    from ledger.payouts as x
    where x.status = 'CREATED'
    group by x.restaurant_id, x.currency
) as p
    on b.restaurant_id = p.restaurant_id and b.currency = p.currency
where b.reserved <> coalesce(p.amount, 0)

union all

select
    'negative_reserved_or_held'::text as check_name,
    'error'::text as severity,
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('reserved is %s, held is %s', b.reserved, b.held) as finding
from ledger.account_balances as b
where b.reserved < 0 or b.held < 0

union all

select
    'entry_without_event_or_payout'::text as check_name,
    'error'::text as severity,
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    case
        when e.event_no is null and e.payout_id is null
            then format('%s of %s names no event and no payout', e.entry_type, e.amount)
        when e.event_no is not null and v.event_no is null
            then format('%s of %s names missing event %s', e.entry_type, e.amount, e.event_no)
        else format('%s of %s names missing payout %s', e.entry_type, e.amount, e.payout_id)
    end as finding
from ledger.ledger_entries as e
left join ledger.processor_events as v
    on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
left join ledger.payouts as p
    on e.restaurant_id = p.restaurant_id and e.payout_id = p.payout_id
where
    (e.event_no is null and e.payout_id is null)
    or (e.event_no is not null and v.event_no is null)
    or (e.payout_id is not null and p.payout_id is null)

union all

select
    'event_without_its_entries'::text as check_name,
    'error'::text as severity,
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        '%s of %s entries are there, the first is %s instead of %s',
        coalesce(e.entry_count, 0),
        v.entry_count,
        coalesce(e.first_entry_seq::text, 'none'),
        coalesce(v.first_entry_seq::text, 'none')
    ) as finding
from ledger.processor_events as v
left join (
    select
        x.restaurant_id,
        x.event_no,
        count(*) as entry_count,
        min(x.entry_seq) as first_entry_seq
    from ledger.ledger_entries as x
    where x.event_no is not null
    group by x.restaurant_id, x.event_no
) as e
    on v.restaurant_id = e.restaurant_id and v.event_no = e.event_no
where
    v.entry_count <> coalesce(e.entry_count, 0)
    or (v.entry_count = 0 and v.payout_id is null)
    or v.first_entry_seq is distinct from e.first_entry_seq

union all

select
    'entry_differs_from_event'::text as check_name,
    'error'::text as severity,
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s %s, but %s is %s with amount %s, fee %s %s',
        e.entry_type,
        e.amount,
        e.currency,
        v.event_id,
        v.event_type,
        v.amount,
        v.fee,
        v.currency
    ) as finding
from ledger.ledger_entries as e
inner join ledger.processor_events as v
    on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
left join (
    select
        y.event_type,
        f.entry_type,
        f.amount_field
    from ledger.posting_rules as y
    cross join lateral (
        values (y.amount_entry, 'amount'), (y.fee_entry, 'fee')
    ) as f (entry_type, amount_field)
) as r
    on v.event_type = r.event_type and e.entry_type = r.entry_type
where
    e.currency <> v.currency
    or e.payout_id is distinct from v.payout_id
    or e.amount is distinct from case r.amount_field
        when 'amount' then v.amount when 'fee' then v.fee
    end

union all

select
    'balance_unequal_to_entries'::text as check_name,
    'error'::text as severity,
    coalesce(b.restaurant_id, e.restaurant_id) as restaurant_id,
    coalesce(b.currency, e.currency) as currency,
    'balance'::text as reference,
    format(
        'stored balance %s, reserved %s, held %s; the entries give %s, %s, %s',
        coalesce(b.balance::text, 'missing'),
        coalesce(b.reserved::text, 'missing'),
        coalesce(b.held::text, 'missing'),
        coalesce(e.balance, 0),
        coalesce(e.reserved, 0),
        coalesce(e.held, 0)
    ) as finding
from ledger.account_balances as b
full join (
    select
        x.restaurant_id,
        x.currency,
        sum(x.amount * t.balance_effect) as balance,
        sum(x.amount * t.reserved_effect) as reserved,
        sum(x.amount * t.held_effect) as held
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    group by x.restaurant_id, x.currency
) as e
    on b.restaurant_id = e.restaurant_id and b.currency = e.currency
where
    b.balance is distinct from coalesce(e.balance, 0)
    or b.reserved is distinct from coalesce(e.reserved, 0)
    or b.held is distinct from coalesce(e.held, 0)

union all

select
    'account_differs_from_last_entry'::text as check_name,
    'error'::text as severity,
    b.restaurant_id,
    b.currency,
    'account'::text as reference,
    format(
        'knows entry %s of %s and an event of %s; the book has %s, %s, %s',
        b.last_entry_seq, b.last_entry_at, b.last_event_at,
        coalesce(e.last_entry_seq, 0), e.last_entry_at, v.last_event_at
    ) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        max(x.entry_seq) as last_entry_seq,
        max(x.recorded_at) as last_entry_at
    from ledger.ledger_entries as x
    group by x.restaurant_id, x.currency
) as e
    on b.restaurant_id = e.restaurant_id and b.currency = e.currency
left join (
    select
        x.restaurant_id,
        x.currency,
        max(x.occurred_at) as last_event_at
    from ledger.processor_events as x
    where x.entry_count > 0
    group by x.restaurant_id, x.currency
) as v
    on b.restaurant_id = v.restaurant_id and b.currency = v.currency
where
    b.last_entry_seq <> coalesce(e.last_entry_seq, 0)
    or b.last_entry_at is distinct from e.last_entry_at
    or b.last_event_at is distinct from v.last_event_at

union all

select
    'entry_seq_gap'::text as check_name,
    'error'::text as severity,
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    case
        when e.entry_seq <> e.previous_seq + 1
            then format('entry %s is followed by entry %s', e.previous_seq, e.entry_seq)
        else format(
            'is the last one, but the balance row says that %s is',
            coalesce(b.last_entry_seq::text, 'none')
        )
    end as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        lag(x.entry_seq, 1, 0::bigint) over account as previous_seq,
        lead(x.entry_seq) over account as next_seq
    from ledger.ledger_entries as x
    window account as (partition by x.restaurant_id, x.currency order by x.entry_seq)
) as e
left join ledger.account_balances as b
    on e.restaurant_id = b.restaurant_id and e.currency = b.currency
where
    e.entry_seq <> e.previous_seq + 1
    or (e.next_seq is null and b.last_entry_seq is distinct from e.entry_seq)

union all

select
    'running_balance_broken'::text as check_name,
    'error'::text as severity,
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s leaves balance %s and reserved %s; before it they were %s and %s',
        e.entry_type,
        e.amount,
        e.balance_after,
        e.reserved_after,
        e.balance_before,
        e.reserved_before
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        x.entry_type,
        x.amount,
        x.balance_after,
        x.reserved_after,
        t.balance_effect,
        t.reserved_effect,
        lag(x.balance_after, 1, 0::bigint) over account as balance_before,
        lag(x.reserved_after, 1, 0::bigint) over account as reserved_before
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    window account as (partition by x.restaurant_id, x.currency order by x.entry_seq)
) as e
where
    e.balance_after <> e.balance_before + e.amount * e.balance_effect
    or e.reserved_after <> e.reserved_before + e.amount * e.reserved_effect

union all

select
    'entry_after_closed_day'::text as check_name,
    'error'::text as severity,
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s settles on %s, but an earlier payout had closed the days up to %s',
        e.entry_type,
        e.amount,
        e.settlement_day,
        e.closed_before
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        x.entry_type,
        x.amount,
        x.settlement_day,
        max(p.as_of) over (
            partition by x.restaurant_id, x.currency
            order by x.entry_seq
            rows between unbounded preceding and 1 preceding
        ) as closed_before
    from ledger.ledger_entries as x
    left join ledger.payouts as p
        on
            x.restaurant_id = p.restaurant_id
            and x.payout_id = p.payout_id
            and x.entry_type = 'PAYOUT_RESERVE'
) as e
where e.settlement_day <= e.closed_before

union all

select
    'closed_day_unequal_to_payouts'::text as check_name,
    'error'::text as severity,
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format(
        'days are closed up to %s, the last payout was for %s',
        b.closed_through,
        coalesce(p.as_of::text, 'none')
    ) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        max(x.as_of) as as_of
    from ledger.payouts as x
    group by x.restaurant_id, x.currency
) as p
    on b.restaurant_id = p.restaurant_id and b.currency = p.currency
where b.closed_through <> coalesce(p.as_of, '-infinity'::date)

union all

select
    'clearing_unequal_to_owed'::text as check_name,
    'error'::text as severity,
    null::text as restaurant_id,
    coalesce(e.currency, b.currency) as currency,
    'processor_clearing'::text as reference,
    format(
        'the processor holds %s; restaurants own %s, fees and the like are %s',
        coalesce(e.clearing, 0),
        coalesce(b.owed, 0),
        coalesce(e.others, 0)
    ) as finding
from (
    select
        m.currency,
        sum(
            m.amount * case 'processor_clearing'
                when t.debit_account then 1 when t.credit_account then -1 else 0
            end
        ) as clearing,
        sum(
            m.amount * (
                case when c.is_of_restaurant or c.account = 'processor_clearing' then 0 else 1 end
                - case when d.is_of_restaurant or d.account = 'processor_clearing' then 0 else 1 end
            )
        ) as others
    from (
        select
            x.currency,
            x.entry_type,
            sum(x.amount) as amount
        from ledger.ledger_entries as x
        group by x.currency, x.entry_type
    ) as m
    inner join ledger.entry_types as t on m.entry_type = t.entry_type
    inner join ledger.accounts as c on t.credit_account = c.account
    inner join ledger.accounts as d on t.debit_account = d.account
    group by m.currency
) as e
full join (
    select
        x.currency,
        sum(x.balance + x.reserved + x.held) as owed
    from ledger.account_balances as x
    group by x.currency
) as b
    on e.currency = b.currency
where coalesce(e.clearing, 0) <> coalesce(b.owed, 0) + coalesce(e.others, 0)

union all

select
    'duplicate_business_content'::text as check_name,
    'warning'::text as severity,
    v.restaurant_id,
    min(v.currency) as currency,
    min(v.event_id) as reference,
    format(
        '%s events with the same content: %s',
        count(*),
        left(string_agg(v.event_id, ', ' order by v.event_no), 200)
    ) as finding
from ledger.processor_events as v
group by
    v.restaurant_id, v.currency, v.event_type, v.amount, v.fee, v.occurred_at,
    v.payload ->> 'payout_id', coalesce(v.payload -> 'metadata', '{}')
having count(*) > 1

union all

select
    'negative_available'::text as check_name,
    'warning'::text as severity,
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('available is %s', b.balance - p.pending) as finding
from ledger.account_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
inner join lateral (
    select ((now() at time zone r.timezone) - make_interval(hours => r.day_close_hour))::date
        as business_day
) as d on true
inner join lateral (
    select coalesce(sum(e.amount * t.balance_effect), 0)::bigint as pending
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where
        e.restaurant_id = b.restaurant_id
        and e.currency = b.currency
        and e.settlement_day > d.business_day
        and e.available_on > d.business_day
        and t.may_be_pending
) as p on true
where b.balance < p.pending;

comment on view reporting.integrity_findings is
'What is wrong in the ledger: no row of severity error on a sound database. A filter on '
'check_name runs that check alone.';
comment on column reporting.integrity_findings.check_name is
'The check, see reporting.integrity_checks and sql/checks.';
comment on column reporting.integrity_findings.severity is
'error: must never happen; warning: legal, but a person should look.';
comment on column reporting.integrity_findings.restaurant_id is
'Null where the finding is about all restaurants of a currency.';
comment on column reporting.integrity_findings.reference is
'What to look up: a payout_id, an event_id, an entry by number, or the balance row.';
comment on column reporting.integrity_findings.finding is 'What was found, in words and figures.';
