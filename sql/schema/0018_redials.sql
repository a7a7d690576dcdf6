-- A redial is another dial of the same attempt, because of how its last one ended (`retry_on`).
create table settings.redials (
    campaign varchar not null,
    result varchar not null,
    after_minutes bigint not null,
    times bigint not null
);

-- 0 for the first dial of an attempt.
alter table kept.attempts add column redial_number bigint default 0;

alter table kept.commands add column redial_number bigint default 0;

-- Whether it is a tag NUMBER/ATTEMPT that fits the dial: it names the attempt, not the episode.
create or replace macro kept.is_tag_of(attempt_key, command_key, number, number_raw) as
    attempt_key in (
        number || '/' || regexp_extract(command_key, '([0-9]+([.][0-9]+)?)$', 1),
        number_raw || '/' || regexp_extract(command_key, '([0-9]+([.][0-9]+)?)$', 1)
    );
