-- What a past run can be decided again by, beyond what is kept of calls, episodes and commands.
-- What each new directory changed for numbers: contacts that came to a number, and that left it.
-- The directory of then is the present one without what changed since: the state has the changes of
-- the last days, the audit files all of them.
create table kept.contact_changes (
    source varchar not null,
    contact_id varchar not null,
    number varchar not null,
    is_listed boolean not null,
    changed_at timestamp not null,
    changed_run bigint not null
);

-- The same of do-not-call lists; of number and number_hash the one that an entry lacks is ''.
create table kept.do_not_call_changes (
    source varchar not null,
    number varchar not null,
    number_hash varchar not null,
    is_listed boolean not null,
    changed_at timestamp not null,
    changed_run bigint not null
);

-- unread: of each stream that a run did not read, since when what it knows of it ages, as JSON by
-- `source/stream`; null where an older version of the program ran.
alter table ops.runs add column unread varchar;

alter table ops.runs add column is_clock_back boolean;

-- has_unpublished: whether something that runs before had changed was not published when it began,
-- so that versions of rows may have been lost; null as above.
alter table ops.runs add column has_unpublished boolean;
