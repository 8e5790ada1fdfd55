-- Every check whose findings must never be, one after the other: no row on a sound ledger.
--
--   psql "$DATABASE_URL" -f sql/checks.sql
--   psql "$DATABASE_URL" -v check=entry_seq_gap -f sql/checks.sql
--
-- check  only this one, warnings included; all by default
-- Made for `make check`: in psql each check that finds nothing prints an empty table, and
-- q4_integrity.sql reads better.
-- A check is the view reporting.check_ and its name; its comment (\d+, or
-- reporting.integrity_checks) says why it is made and what to do.

\if :{?check} \set _check :check \else \set _check '' \endif

select
    format(
        'select %L as check_name, c.* from reporting.%I as c order by 2, 3, 4',
        k.check_name, 'check_' || k.check_name
    ) as statement
from reporting.integrity_checks as k
where case :'_check' when '' then k.severity = 'error' else k.check_name = :'_check' end
order by k.check_name asc
\gexec
