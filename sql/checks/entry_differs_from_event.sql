-- An entry is not what its event says.
--
-- Why: An entry takes its amount, currency and payout from the event by ledger.posting_rules. A
-- difference means that one of them, or a rule that was in use, was changed afterwards.
--
-- What to do: Events keep the document as received: compare its amount with the entry, then look
-- at what was deployed since.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'entry_differs_from_event'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
