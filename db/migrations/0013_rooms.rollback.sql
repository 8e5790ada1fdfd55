drop schema outbound;
drop schema inbound;
drop schema access;
