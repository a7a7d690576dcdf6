-- What lives for the length of one run: the layers that are made and dropped in its transaction,
-- and the answers of sinks for the moment between the answer and the outbox.
create schema staging;

create schema core;

create table ops.outcomes (
    command_key varchar not null,
    outcome varchar not null,
    detail varchar
);
