-- How the program itself has run: runs, what was read up to where, settings in force.
create schema ops;

create table ops.runs (
    run_id bigint not null,
    run_at timestamp not null,
    started_at timestamp not null,
    ended_at timestamp,
    version varchar not null,
    settings_hash varchar not null,
    counts varchar,
    outcome varchar,
    exit_code bigint,
    has_changes boolean not null
);

-- Rows that break a promise, found before commands leave; they hold the dials they name.
create table ops.audit_findings (
    run_id bigint not null,
    audit varchar not null,
    episode_id varchar,
    detail varchar not null
);

-- The latest instant any run stood at; a run before it finds its clock gone back.
-- swept_on: the last day on which old rows were swept out.
-- next_change_at: before it, passing time alone changes no decision (null: look again in any case).
create table ops.clock (
    high_water_at timestamp not null,
    next_change_at timestamp,
    swept_on date
);

insert into ops.clock values (timestamp '1970-01-01 00:00:00', null, null);

create table ops.settings (
    settings_hash varchar not null,
    settings varchar not null,
    first_run_at timestamp not null
);

-- Up to where each file has been read; the head and tail tell the file again after it was renamed
-- or copied.
create table ops.marks (
    source varchar not null,
    stream varchar not null,
    file varchar not null,
    inode varchar not null,
    size_bytes bigint not null,
    modified_ns bigint not null,
    offset_bytes bigint not null,
    line bigint not null,
    row_number bigint not null,
    head_bytes bigint not null,
    head_hash varchar not null,
    tail_hash varchar not null,
    header varchar[],
    partial_bytes bigint not null,
    is_partial_taken boolean not null
);

-- When each stream was last read without a fault, and what stands in the way now.
create table ops.feeds (
    source varchar not null,
    stream varchar not null,
    read_at timestamp,
    row_count bigint,
    fingerprint varchar,
    fault varchar
);

-- Words a source used that the program does not know, counted.
create table ops.unknown_words (
    source varchar not null,
    stream varchar not null,
    column_name varchar not null,
    word varchar not null,
    row_count bigint not null,
    first_seen_at timestamp not null
);

-- Up to where a sink's own store was last known, so that it is searched only behind that.
create table ops.sink_marks (
    sink varchar not null,
    mark varchar not null
);
