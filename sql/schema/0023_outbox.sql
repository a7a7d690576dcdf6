-- How patient the outbox is with a sink, who else gets each command, and what people did by hand.

-- tries_max: how often a remove or a copy is offered before it is given up (0: without end).
-- backoff_minutes: how long it waits after each refusal, the last one for all that follow (none: it
-- is offered in each run).
create table settings.sinks (
    sink varchar not null,
    tries_max bigint not null,
    backoff_minutes bigint[] not null
);

-- The sinks that get a marked copy of each command of a campaign, besides its dialler.
create table settings.copies (
    campaign varchar not null,
    sink varchar not null
);

-- copies: as last in the settings, so that the last removes of a campaign that is gone are copied.
alter table kept.campaigns add column copies varchar[];

-- next_try_at: a remove that was refused waits until then (null: for the next run).
-- discarded_at: since when it is dead and nobody has to look at it. What died before there were
-- such marks counts as looked at.
alter table kept.commands add column next_try_at timestamp;

alter table kept.commands add column discarded_at timestamp;

update kept.commands
set discarded_at = issued_at
where state = 'dead';

-- Copies of delivered commands, for information. state as of a command.
create table kept.copies (
    command_key varchar not null,
    sink varchar not null,
    campaign varchar not null,
    number varchar not null,
    sequence bigint not null,
    issued_at timestamp not null,
    state varchar not null,
    offered_at timestamp,
    delivered_at timestamp,
    tries bigint not null,
    next_try_at timestamp,
    detail varchar,
    discarded_at timestamp,
    changed_run bigint not null
);

-- What a person did to an undelivered command, or to its copy for a sink.
-- did: retried | hastened | taken_out | given_up | seen.
create table kept.deliveries_by_hand (
    command_key varchar not null,
    sink varchar not null,
    is_copy boolean not null,
    number varchar not null,
    did varchar not null,
    done_at timestamp not null,
    done_by varchar,
    why varchar
);

-- What a command, or a copy, is after the answer of its sink.
create macro kept.state_after(outcome, is_given_up) as
    case
        when outcome = 'delivered' then 'delivered'
        when outcome = 'refused_for_good' or is_given_up then 'dead'
        when outcome = 'unsure' then 'unsure'
        else 'issued'
    end;
