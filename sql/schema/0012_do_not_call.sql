-- Numbers that are not to be called, as lists give them.
-- A list as it was just read, until it is accepted or refused in the same run.
create table raw.do_not_call (
    source varchar not null,
    file varchar not null,
    line bigint not null,
    number_raw varchar,
    number_hash varchar,
    since_text varchar,
    note varchar,
    record varchar not null
);

-- The last good list of each source. An entry is told by its number, or by the SHA-256 of the
-- number in E.164, in small hexadecimal digits.
create table kept.do_not_call (
    source varchar not null,
    number varchar,
    number_raw varchar,
    number_hash varchar,
    since_text varchar,
    note varchar
);

alter table settings.sources add column gives_do_not_call boolean;
