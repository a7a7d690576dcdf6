-- What the program keeps of calls, contacts, episodes, decisions and commands.
-- No key and no index: these tables grow, and an index on a long history is paid for at every open.
create schema kept;

-- A part of a key, with everything that separates parts written as %XX: a call id can be any text.
create macro kept.key_part(value) as replace(replace(replace(replace(replace(replace(replace(
    value, '%', '%25'), '|', '%7C'), '/', '%2F'), '~', '%7E'),
    chr(10), '%0A'), chr(13), '%0D'), chr(0), '%00');

create table kept.calls (
    source varchar not null,
    call_id varchar not null,
    system varchar not null,
    direction varchar not null,
    number varchar,
    number_raw varchar,
    number_class varchar not null,
    dialled_number varchar,
    queue varchar,
    menu varchar,
    started_at timestamp not null,
    wait_began_at timestamp,
    connected_at timestamp,
    last_connected_at timestamp,
    talk_ended_at timestamp,
    ended_at timestamp,
    last_place varchar,
    end_reason varchar,
    result varchar,
    attempt_key varchar,
    known_at timestamp not null,
    first_seen_at timestamp not null,
    changed_run bigint not null
);

create table kept.contacts (
    source varchar not null,
    contact_id varchar not null,
    name varchar,
    number varchar,
    number_raw varchar,
    number_class varchar not null,
    extension varchar
);

-- One row for each dropped call and what became of it.
-- account: settling | opened | joined | ignored | withdrawn (the records now say it was none).
create table kept.dropped_calls (
    source varchar not null,
    call_id varchar not null,
    campaign varchar,
    number varchar,
    kind varchar not null,
    dropped_at timestamp not null,
    waited_seconds bigint,
    account varchar not null,
    reason varchar,
    episode_id varchar,
    is_late boolean not null,
    is_withdrawn boolean not null,
    opened_count bigint not null,
    first_seen_at timestamp not null,
    accounted_at timestamp,
    changed_run bigint not null
);

create table kept.episodes (
    episode_id varchar not null,
    campaign varchar not null,
    number varchar not null,
    opening_source varchar not null,
    opening_call_id varchar not null,
    generation bigint not null,
    added_at timestamp not null,
    opened_at timestamp not null,
    closed_at timestamp,
    cut_at timestamp,
    reason varchar,
    closing_source varchar,
    closing_call_id varchar,
    closed_run_at timestamp,
    blocked_since timestamp,
    is_closing_withdrawn boolean not null,
    changed_run bigint not null
);

-- One row for each dial that was handed out, with what became of it.
-- result: null while in doubt or up | unanswered | unseen | refused | answered.
create table kept.attempts (
    command_key varchar not null,
    episode_id varchar not null,
    attempt_number bigint not null,
    campaign varchar not null,
    number varchar not null,
    handed_out_at timestamp not null,
    call_source varchar,
    call_id varchar,
    is_matched_by_key boolean not null,
    ended_at timestamp,
    result varchar,
    detail varchar,
    is_regret boolean not null,
    changed_run bigint not null
);

-- Changes of decisions, with the first run they hold for; the next row of the episode ends them.
create table kept.decisions (
    episode_id varchar not null,
    campaign varchar not null,
    number varchar not null,
    decision varchar not null,
    reason varchar not null,
    attempt_number bigint,
    attempt_count bigint,
    promised_at timestamp,
    due_at timestamp,
    proof varchar[] not null,
    also varchar[] not null,
    settings_hash varchar not null,
    first_run_at timestamp not null,
    last_run_at timestamp,
    run_id bigint not null,
    changed_run bigint not null
);

-- The outbox. state: issued | offered | delivered | unsure | withdrawn | dead.
create table kept.commands (
    command_key varchar not null,
    kind varchar not null,
    campaign varchar not null,
    number varchar not null,
    episode_id varchar not null,
    attempt_number bigint,
    sink varchar not null,
    sequence bigint not null,
    promised_at timestamp,
    issued_at timestamp not null,
    issued_run bigint not null,
    state varchar not null,
    offered_at timestamp,
    delivered_at timestamp,
    tries bigint not null,
    detail varchar,
    payload varchar,
    wanted_run bigint not null,
    changed_run bigint not null
);

-- Each campaign as it was last in the settings, so that its open episodes can be closed when it is
-- gone.
-- starts_at: from when it counts dropped calls, its setting or its first run.
create table kept.campaigns (
    campaign varchar not null,
    starts_at timestamp not null,
    dialler varchar not null,
    confirm_within_minutes bigint not null
);

create table kept.closings_by_hand (
    episode_id varchar not null,
    closed_at timestamp not null,
    why varchar not null
);

-- A pause of one campaign, or of the whole program (campaign null).
create table kept.pauses (
    campaign varchar,
    paused_at timestamp not null,
    resumed_at timestamp,
    why varchar
);
