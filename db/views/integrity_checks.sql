create or replace view reporting.integrity_checks as
select
    c.check_name,
    c.severity,
    c.title
from (
    values
    ('payout_amount_not_positive', 'error', 'A payout pays nothing or takes money'),
    ('payout_items_do_not_add_up', 'error', 'The items of a payout do not add up to its amount'),
    ('payout_without_reserve', 'error', 'A payout never reserved its money'),
    ('reserve_differs_from_payout', 'error', 'What was reserved is not what the payout pays'),
    (
        'payout_status_differs_from_entries',
        'error',
        'A payout''s status is not what its entries say'
    ),
    (
        'reserved_balance_unequal_to_open_payouts',
        'error',
        'Reserved money is not the sum of the payouts under way'
    ),
    ('negative_reserved_or_held', 'error', 'Reserved or held money is negative'),
    ('entry_without_event_or_payout', 'error', 'An entry has no cause'),
    ('event_without_its_entries', 'error', 'An event lacks entries it posted'),
    ('entry_differs_from_event', 'error', 'An entry is not what its event says'),
    ('balance_unequal_to_entries', 'error', 'A stored balance is not the sum of its entries'),
    (
        'account_differs_from_last_entry',
        'error',
        'The last entry or event that an account knows is not that of the book'
    ),
    ('entry_seq_gap', 'error', 'The entries of an account are not numbered without gaps'),
    (
        'running_balance_broken',
        'error',
        'The balance after an entry does not follow from the one before'
    ),
    ('entry_after_closed_day', 'error', 'An entry settles on a day that a payout had closed'),
    ('closed_day_unequal_to_payouts', 'error', 'The days closed are not those that payouts closed'),
    (
        'clearing_unequal_to_owed',
        'error',
        'What the processor holds is not what restaurants own plus fees'
    ),
    ('duplicate_business_content', 'warning', 'Two events differ in nothing but their id'),
    ('negative_available', 'warning', 'A restaurant owes money')
) as c (check_name, severity, title);

comment on view reporting.integrity_checks is
'The checks of reporting.integrity_findings, also those that find nothing. sql/checks explains '
'each.';
comment on column reporting.integrity_checks.severity is
'error: must never happen; warning: legal, but a person should look.';
comment on column reporting.integrity_checks.title is
'What it means when the check finds something.';
