-- Q4: is the ledger sound?
--
--   psql "$DATABASE_URL" -f sql/q4_integrity.sql
--   psql "$DATABASE_URL" -v check=entry_seq_gap -f sql/q4_integrity.sql
--
-- check     only this one; all by default
-- findings  how many findings to show; 100 by default
-- First every check with its number of findings: 0 is sound. An error must never be found; a
-- warning is legal, but worth a look. Then the findings themselves, with what to do.
-- All of the book is read. reporting.integrity_checks says of each check why it is made.

\if :{?check} \set _check :check \else \set _check '' \endif
\if :{?findings} \set _findings :findings \else \set _findings 100 \endif

select
    c.check_name,
    c.severity,
    count(f.check_name) as findings,
    c.title
from reporting.integrity_checks as c
left join reporting.integrity_findings as f on c.check_name = f.check_name
where :'_check' in ('', c.check_name)
group by c.check_name, c.severity, c.title
order by c.severity asc, count(f.check_name) desc, c.check_name asc;

select
    f.check_name,
    f.severity,
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding,
    k.remedy
from reporting.integrity_findings as f
inner join reporting.integrity_checks as k on f.check_name = k.check_name
where :'_check' in ('', f.check_name)
order by f.severity asc, f.check_name asc, f.restaurant_id asc, f.currency asc, f.reference asc
limit :_findings;
