-- ledger.business_day: the local date, less the closing hour.
begin;
select plan(24);

select is(
    ledger.business_day(d.at, d.timezone, d.day_close_hour::smallint), d.business_day, d.rule
)
from (
    values
    (
        '2025-12-30T10:00:00Z'::timestamptz, 'UTC', 0, '2025-12-30'::date,
        'the date in UTC where that is the zone'
    ),
    (
        '2025-12-31T04:59:59Z', 'America/Lima', 0, '2025-12-30',
        'a minute before midnight in Lima is the day that ends'
    ),
    (
        '2025-12-31T05:00:00Z', 'America/Lima', 0, '2025-12-31',
        'midnight in Lima is the day that begins'
    ),
    (
        '2025-12-31T07:59:59Z', 'America/Lima', 3, '2025-12-30',
        'who closes at 3 books 2:59 to the evening'
    ),
    ('2025-12-31T08:00:00Z', 'America/Lima', 3, '2025-12-31', 'and 3:00 to the new day'),
    ('2025-12-31T11:59:59Z', 'America/Lima', 7, '2025-12-30', 'the same at 7'),
    ('2025-12-31T12:00:00Z', 'America/Lima', 7, '2025-12-31', 'and from 7 on'),
    (
        '2026-01-01T06:00:00Z', 'America/Lima', 3, '2025-12-31',
        'a night of New Year belongs to the old one'
    ),
    ('2025-12-30T10:00:00Z', 'Pacific/Kiritimati', 0, '2025-12-31', 'in the east it is tomorrow'),
    ('2025-12-30T11:00:00Z', 'Etc/GMT+12', 0, '2025-12-29', 'in the west it is yesterday'),
    ('2025-12-30T18:29:59Z', 'Asia/Kolkata', 0, '2025-12-30', 'offsets of half hours count'),
    ('2025-12-30T18:30:00Z', 'Asia/Kolkata', 0, '2025-12-31', 'to the second'),
    ('2024-02-29T12:00:00Z', 'UTC', 0, '2024-02-29', 'leap days are days'),
    ('2024-03-01T02:00:00Z', 'UTC', 3, '2024-02-29', 'and the night after belongs to them'),
    -- Madrid: at 2 a.m. of 2025-03-30 clocks go to 3; at 3 a.m. of 2025-10-26 back to 2
    (
        '2025-03-30T00:59:59Z', 'Europe/Madrid', 2, '2025-03-29',
        'summer time begins: 1:59 belongs to the evening'
    ),
    (
        '2025-03-30T01:00:00Z', 'Europe/Madrid', 2, '2025-03-30',
        'the clock then shows 3:00, which is past 2'
    ),
    ('2025-03-29T22:59:59Z', 'Europe/Madrid', 0, '2025-03-29', 'before it midnight is at 23 UTC'),
    ('2025-03-29T23:00:00Z', 'Europe/Madrid', 0, '2025-03-30', 'to the second'),
    ('2025-03-30T22:00:00Z', 'Europe/Madrid', 0, '2025-03-31', 'after it at 22 UTC'),
    (
        '2025-10-26T00:59:59Z', 'Europe/Madrid', 3, '2025-10-25',
        'summer time ends: the first 2:59 belongs to the evening'
    ),
    ('2025-10-26T01:59:59Z', 'Europe/Madrid', 3, '2025-10-25', 'and so does the second'),
    ('2025-10-26T02:00:00Z', 'Europe/Madrid', 3, '2025-10-26', '3:00 is the new day'),
    ('2025-10-25T22:00:00Z', 'Europe/Madrid', 0, '2025-10-26', 'midnight before it is at 22 UTC')
) as d (at, timezone, day_close_hour, business_day, rule);

set local timezone = 'Asia/Tokyo';
select is(
    ledger.business_day('2025-12-31T04:59:59Z', 'America/Lima', 0::smallint), '2025-12-30'::date,
    'where the session is does not matter'
);

select * from finish();
rollback;
