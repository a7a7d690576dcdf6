-- Records as received, each with where it stood, when it can have been known and which run read and
-- applied it. A record that lies in the future of the run that read it has no applied_run yet
-- (design: known_at).
create schema raw;

create table raw.queue_log (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    read_run bigint not null,
    applied_run bigint,
    known_at timestamp not null,
    content_hash ubigint not null,
    call_id varchar not null,
    queue varchar not null,
    member varchar not null,
    event varchar not null,
    event_at timestamp not null,
    data varchar[] not null
);

create table raw.cdr (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    read_run bigint not null,
    applied_run bigint,
    known_at timestamp not null,
    content_hash ubigint not null,
    call_id varchar not null,
    accountcode varchar,
    src varchar,
    dst varchar,
    dcontext varchar,
    clid varchar,
    channel varchar,
    dstchannel varchar,
    lastapp varchar,
    lastdata varchar,
    start_at timestamp not null,
    answer_at timestamp,
    end_at timestamp not null,
    duration_seconds bigint,
    billsec_seconds bigint,
    disposition varchar,
    amaflags varchar,
    uniqueid varchar,
    userfield varchar,
    peeraccount varchar,
    linkedid varchar,
    sequence varchar
);

-- What the mapping select of a `table` source gave for calls: the canonical columns, numbers still
-- as text.
create table raw.table_calls (
    source varchar not null,
    file varchar,
    line bigint,
    read_run bigint not null,
    applied_run bigint,
    known_at timestamp not null,
    content_hash ubigint not null,
    call_id varchar not null,
    system varchar,
    direction varchar not null,
    number_raw varchar,
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
    attempt_key varchar
);

-- Rows of a growing text file of a `table` source whose calls are folded by the user's select from
-- several rows.
create table raw.table_rows (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    row_number bigint not null,
    read_run bigint not null,
    fold_key varchar not null,
    field_names varchar[] not null,
    field_values varchar[] not null
);

-- What a dialler reported back.
create table raw.results (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    read_run bigint not null,
    applied_run bigint,
    known_at timestamp not null,
    content_hash ubigint not null,
    command_key varchar not null,
    event varchar not null,
    event_at timestamp not null,
    result varchar
);

-- Kept aside: what could not be read, why, and what stood there.
create table raw.rejected (
    source varchar not null,
    stream varchar not null,
    file varchar not null,
    line bigint not null,
    read_run bigint not null,
    rejected_at timestamp not null,
    reason varchar not null,
    record varchar not null
);

-- Answers of the phone number library, once for each text, region and metadata version.
create table raw.phone_numbers (
    number_raw varchar not null,
    region varchar not null,
    metadata_version varchar not null,
    e164 varchar,
    number_class varchar not null,
    extension varchar,
    remark varchar
);

-- A directory as it was just read, until it is accepted or refused in the same run.
create table raw.contacts (
    source varchar not null,
    contact_id varchar,
    name varchar,
    number_raw varchar,
    extension varchar
);
