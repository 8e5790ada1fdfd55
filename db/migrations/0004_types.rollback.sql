drop type ledger.event_answer;
drop type ledger.event_decision;
drop type ledger.event_fields;
