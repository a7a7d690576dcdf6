-- How far back the last talk with a client is looked for, which a dial tells the operator.
alter table settings.program add column last_talk_days bigint;
