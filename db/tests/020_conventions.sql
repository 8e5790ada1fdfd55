-- How functions, constraints and triggers are written: rules over the catalog.
begin;
select plan(31);

create temporary view functions as
select
    p.oid,
    p.pronamespace::regnamespace::text as schema_name,
    p.proname::text as name,
    p.pronamespace::regnamespace::text || '.' || p.proname as full_name,
    p.pronargs,
    p.prosecdef,
    p.proisstrict,
    p.provolatile,
    p.proconfig,
    p.prorettype = 'trigger'::regtype as is_trigger,
    l.lanname,
    substring(p.prosrc from '/\*.*?\*/') as header,
    regexp_replace(p.prosrc, '/\*.*?\*/', '') as body
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_language as l on p.prolang = l.oid
where p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api', 'reporting');

create temporary view raised as
select
    f.full_name,
    c.code[1] as code
from functions as f
cross join lateral regexp_matches(f.body, 'errcode\s*=\s*''(\w{5})''', 'gi') as c (code);

create temporary view promised as
select
    f.full_name,
    c.code[1] as code
from functions as f
cross join lateral regexp_matches(
    substring(f.header from 'Raises:(.*?)(?:\n \* \w+:|\*/)'), '\m(L[ABCFNUX][A-Z]{3})\M', 'g'
) as c (code);

create temporary view called as
with recursive calls as (
    select f.full_name as caller, g.full_name as callee
    from functions as f
    inner join functions as g
        on f.full_name <> g.full_name and f.body ~ ('\m' || replace(g.full_name, '.', '\.') || '\M')
),

reached as (
    select c.caller, c.callee from calls as c
    union
    select r.caller, c.callee
    from reached as r
    inner join calls as c on r.callee = c.caller
)

select r.caller, r.callee from reached as r;

-- Safety
select is_empty(
    $$
    select f.full_name
    from functions as f
    where f.prosecdef and (f.proconfig @> array['search_path=pg_catalog, pg_temp']) is not true
    $$,
    'every security definer function pins search_path to pg_catalog, pg_temp'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where f.schema_name = 'api' and not f.prosecdef and f.name not in ('pay_due_restaurants', 'pay_restaurants')
    $$,
    'every public function runs with the owner''s rights; a procedure that commits may not'
);
select results_eq(
    $$
    select f.full_name
    from functions as f
    where f.schema_name <> 'api' and f.prosecdef
    order by f.full_name collate "C"
    $$,
    $$
    select distinct f.full_name collate "C"
    from functions as f
    inner join pg_catalog.pg_trigger as t on f.oid = t.tgfoid
    where t.tgdeferrable
    order by 1
    $$,
    'of the internal functions those of deferred triggers, and only they, run with the owner''s '
    'rights: at commit the caller''s are back'
);
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where
        p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api')
        and p.proowner <> case
            when p.pronamespace = 'api'::regnamespace and p.prosecdef and p.provolatile = 'v'
                then 'cuenta_writer'::regrole
            else 'cuenta_owner'::regrole
        end
    $$,
    'public functions that write belong to cuenta_writer, all others to cuenta_owner'
);
select is_empty(
    $$select f.full_name from functions as f where f.body ~* 'when\s+others'$$,
    'no function flattens errors with "when others"'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where f.body ~* '\mexecute\M'
        and f.full_name not in ('ledger.run_check', 'ledger.run_report', 'access.read_own')
    $$,
    'no function runs dynamic SQL, but for those that read a check, a report and what is one''s own by '
    'its name'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where f.body ~* '\mexception\s+when\M'
        and exists (
            select 1
            from called as c
            where c.caller = 'ledger.post_event'
                and c.callee = f.full_name
        )
        and f.name !~ '^parse_'
    $$,
    'the posting path opens no sub-transaction'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where f.schema_name = 'api'
        and f.body ~* '\mexception\s+when\M'
    $$,
    'no public function opens a sub-transaction'
);
select is_empty(
    $$select f.full_name from functions as f where f.lanname not in ('sql', 'plpgsql')$$,
    'functions are written in SQL or PL/pgSQL'
);

-- Interface
select is_empty(
    $$select f.full_name from functions as f group by f.full_name having count(*) > 1$$,
    'no function name stands for two functions'
);
select is_empty(
    $$select f.full_name from functions as f where f.schema_name = 'api' and f.proisstrict$$,
    'no public function is strict: a missing argument is answered, not ignored'
);
select is_empty(
    $$
    select p.oid::regprocedure, a.name
    from pg_catalog.pg_proc as p
    cross join lateral unnest(p.proargnames) with ordinality as a (name, position)
    where
        p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api')
        and coalesce(p.proargmodes[a.position], 'i') in ('i', 'b')
        and a.name !~ '^p_[a-z_]+$'
    $$,
    'parameters begin with p_'
);
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    inner join pg_catalog.pg_type as t on p.prorettype = t.oid
    where
        p.pronamespace = 'api'::regnamespace
        and p.prokind = 'f'
        and t.typtype <> 'c'
        and (p.proretset and 't' = any(p.proargmodes)) is not true
    $$,
    'every public function answers with rows of named columns'
);
select is_empty(
    $$
    select p.oid::regprocedure, a.name
    from pg_catalog.pg_proc as p
    cross join lateral unnest(p.proargnames) with ordinality as a (name, position)
    where p.pronamespace = 'api'::regnamespace
        and p.proargmodes[a.position] = 't'
        and a.name ~ '^[pov]_'
    $$,
    'result columns are bare names: they are the keys of the JSON'
);
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where
        p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and p.proname in ('decide_payout', 'sum_payout', 'lock_account', 'open_account')
        and p.proargnames[1] <> 'p_restaurant_id'
    $$,
    'what works on one restaurant has its id as the first parameter'
);

select set_eq(
    $$
    select p.proname::text
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'api'::regnamespace
        and 'enable_seqscan=off' = any(p.proconfig)
    $$,
    $$
    select split_part(c.caller, '.', 2)
    from called as c
    where c.caller like 'api.%' and c.callee in ('ledger.write_event', 'ledger.post_events')
    union
    values ('preview_payouts'), ('list_inbox'), ('dismiss_event'), ('dismiss_rejection'),
    ('seal_ledger'), ('seal_due_ledger'), ('verify_seals'), ('get_seal_lines')
    $$,
    'what posts events, or looks at all accounts, keeps no plan that scans, made while all was small'
);

-- Volatility
select is_empty(
    $$
    select f.full_name, f.provolatile
    from functions as f
    where
        f.schema_name = 'api'
        and f.provolatile <> case when f.name ~ '^(get|list|find|check|preview|verify)_' then 's' else 'v' end
    $$,
    'public functions that read are stable, those that write volatile'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where
        f.provolatile <> 'v'
        and f.body ~* '\m(insert\s+into|update\s+ledger|delete\s+from|for\s+(no\s+key\s+)?update)\M'
    $$,
    'what writes or locks is volatile'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where
        f.schema_name = 'ledger'
        and f.body ~* '\m((clock_|statement_)?timestamp\(\)|now\(\)|current_(timestamp|date))'
        and not f.is_trigger
    $$,
    'internal functions get the clock as an argument'
);

-- Contracts
select is_empty(
    $$
    select f.full_name
    from functions as f
    where
        f.header is null
        or f.header not like format('%%Function: %s(%s)%%', f.full_name, f.pronargs)
        or ltrim(f.body) is null
    $$,
    'every body opens with "Function: schema.name(n)", n being the number of arguments'
);
select is_empty(
    $$
    select r.full_name, r.code from raised as r
    except
    select p.full_name, p.code from promised as p
    $$,
    'every code a function raises stands under its Raises'
);
select is_empty(
    $$
    select p.full_name, p.code
    from promised as p
    where
        not exists (
            select 1
            from raised as r
            where
                r.code = p.code
                and (
                    r.full_name = p.full_name
                    or r.full_name like 'ledger.tg\_%'
                    or exists (
                        select 1
                        from called as c
                        where c.caller = p.full_name and c.callee = r.full_name
                    )
                )
        )
    $$,
    'every code under Raises is raised by the function or by one it calls'
);
select is_empty(
    $$
    select c.caller, r.code
    from called as c
    inner join raised as r on c.callee = r.full_name
    -- what may be left out is not asked of the functions that want it
    where c.caller like 'api.%' and r.code <> 'LBARG'
    except
    select p.full_name, p.code from promised as p
    $$,
    'the Raises of a public function names the codes of the functions it calls, too'
);
select is_empty(
    $$select r.full_name, r.code from raised as r where r.code !~ '^L[ABCFNUX][A-Z]{3}$'$$,
    'codes are two letters of class and three of meaning'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    where
        (select count(*) from regexp_matches(f.body, 'raise\s+exception', 'gi'))
        > (select count(*) from regexp_matches(f.body, 'errcode\s*=\s*''', 'gi'))
    $$,
    'every exception carries a code'
);

-- Names
select is_empty(
    $$
    select k.conrelid::regclass, k.conname
    from pg_catalog.pg_constraint as k
    inner join pg_catalog.pg_class as c on k.conrelid = c.oid
    where
        k.connamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and k.contype in ('p', 'u', 'f', 'c')
        and k.conname !~ (
            '^' || c.relname
            || case k.contype
                when 'p' then '_pkey$' when 'u' then '_.+_key$' when 'f' then '_.+_fkey$'
                else '_.+_check$'
            end
        )
    $$,
    'every constraint is named after its table, its rule and its kind'
);
select is_empty(
    $$
    select i.indexrelid::regclass
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as c on i.indrelid = c.oid
    inner join pg_catalog.pg_class as x on i.indexrelid = x.oid
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and not exists (select 1 from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid)
        and x.relname
        !~ ('^' || c.relname || case when i.indisunique then '_.+_(idx|key)$' else '_.+_idx$' end)
    $$,
    'every other index is named after its table and columns, a unique one maybe after its rule'
);
select is_empty(
    $$
    select f.full_name
    from functions as f
    left join pg_catalog.pg_trigger as t on f.oid = t.tgfoid
    where
        (f.is_trigger and (f.name !~ '^tg_[a-z_]+__[a-z_]+$' or t.oid is null))
        or (not f.is_trigger and f.name ~ '^tg_')
    $$,
    'trigger functions, and only they, are named tg_<table>__<task>, and none is unused'
);

-- Comments
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'reporting')
        and c.relkind in ('r', 'v')
        and obj_description(c.oid, 'pg_class') is null
    $$,
    'every table and every view has a comment'
);
select is_empty(
    $$
    select c.oid::regclass, a.attname
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
    where c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'reporting')
        and c.relkind in ('r', 'v')
        and a.attnum > 0
        and not a.attisdropped
        and col_description(c.oid, a.attnum) is null
    $$,
    'and so has every column of them'
);
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where c.relnamespace = 'reporting'::regnamespace
        and c.relkind = 'v'
        and not coalesce(c.reloptions && '{security_barrier=true,security_barrier=on}', false)
    $$,
    'no view shows a reader''s own function what its conditions keep out (security_barrier)'
);

select * from finish();
rollback;
