-- Asterisk's channel events (CEL), as received.
create table raw.cel (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    read_run bigint not null,
    applied_run bigint,
    known_at timestamp not null,
    content_hash ubigint not null,
    call_id varchar not null,
    eventtype varchar not null,
    event_at timestamp not null,
    cid_name varchar,
    cid_num varchar,
    cid_ani varchar,
    cid_rdnis varchar,
    cid_dnid varchar,
    exten varchar,
    context varchar,
    channame varchar,
    appname varchar,
    appdata varchar,
    amaflags varchar,
    accountcode varchar,
    uniqueid varchar,
    linkedid varchar,
    peer varchar,
    userfield varchar,
    userdeftype varchar,
    eventextra varchar,
    peeraccount varchar
);

-- The phone system of a call: the name before its uniqueid, or that of the settings.
create macro kept.system_of(call_id, source_system) as
    coalesce(
        nullif(regexp_extract(call_id, '^(.+)-[0-9]+\.[0-9]+$', 1), ''),
        source_system,
        ''
    );
