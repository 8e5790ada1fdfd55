drop type ledger.event_answer;
drop type ledger.account_state;
drop type ledger.event_input;
