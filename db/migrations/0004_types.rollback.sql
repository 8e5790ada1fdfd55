drop type ledger.event_answer;
drop type ledger.event_input;
drop type ledger.event_fields;
