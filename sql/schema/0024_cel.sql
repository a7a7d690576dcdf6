-- Asterisk's channel events (CEL), as received, and what each log said of a call.
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

-- Of a call that CEL shows, what each of its logs says: witness is queue_log | cdr | cel. What is
-- made of them stands in kept.calls. CEL alone tells who hung up (client | operator | program), the
-- keys that the client pressed in menus, one after the other, how often he was handed on, and when
-- he picked up a call to him.
create table kept.witnesses (
    source varchar not null,
    call_id varchar not null,
    witness varchar not null,
    started_at timestamp not null,
    number varchar,
    number_raw varchar,
    queue varchar,
    menu varchar,
    menu_keys varchar,
    client_answered_at timestamp,
    wait_began_at timestamp,
    connected_at timestamp,
    last_connected_at timestamp,
    talk_ended_at timestamp,
    ended_at timestamp,
    last_place varchar,
    end_reason varchar,
    hung_up_by varchar,
    transfer_count bigint,
    result varchar,
    changed_run bigint not null
);

-- The phone system of a call: the name before its uniqueid, or that of the settings.
create macro kept.system_of(call_id, source_system) as
    coalesce(
        nullif(regexp_extract(call_id, '^(.+)-[0-9]+\.[0-9]+$', 1), ''),
        source_system,
        ''
    );
