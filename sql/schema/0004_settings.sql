-- The settings in force as tables, so that rules can join them. Rewritten when the settings change.
create schema settings;

create table settings.program (
    settings_hash varchar not null,
    region varchar not null,
    clock_tolerance_seconds bigint not null,
    max_shrink_percent double not null,
    hot_days bigint not null,
    raw_days bigint not null
);

create table settings.sources (
    source varchar not null,
    kind varchar not null,
    region varchar not null,
    system varchar,
    numbers varchar not null,
    open_call_limit_minutes bigint not null,
    max_feed_lag_minutes bigint not null,
    gives_calls boolean not null,
    gives_contacts boolean not null
);

-- Lists of an asterisk source: kind is incoming_context | trunk | menu.
create table settings.source_words (
    source varchar not null,
    kind varchar not null,
    word varchar not null
);

-- Where an asterisk source finds a value: name is dialled_number | attempt_key.
-- An attempt_key with one group is a command key, with two a number and an attempt number.
create table settings.source_patterns (
    source varchar not null,
    name varchar not null,
    column_name varchar not null,
    pattern varchar not null,
    group_count bigint not null
);

-- Own lines of all sources and the dialled numbers of all campaigns, in E.164 where they have one.
create table settings.own_numbers (
    number varchar not null
);

create table settings.campaigns (
    campaign varchar not null,
    position bigint not null,
    starts_at timestamp,
    attempt_count bigint not null,
    has_dialled_numbers boolean not null,
    has_queues boolean not null,
    has_menus boolean not null,
    settle_seconds bigint not null,
    short_drop_seconds bigint not null,
    min_gap_minutes bigint not null,
    confirm_within_minutes bigint not null,
    give_up_after_minutes bigint not null,
    count_from varchar not null,
    on_repeat varchar not null,
    unknown_callers varchar not null,
    duplicates varchar not null,
    drop_after_talk boolean not null,
    dialler varchar not null
);

create table settings.ladder (
    campaign varchar not null,
    attempt_number bigint not null,
    offset_minutes bigint not null
);

-- Lists of a campaign: kind is dialled_number | queue | dropped_in | remove_on | menu.
-- No row of a kind means every line, queue or menu. Dialled numbers stand in E.164 where they have
-- one, and as written too where a source takes opaque numbers.
create table settings.campaign_words (
    campaign varchar not null,
    kind varchar not null,
    word varchar not null
);
