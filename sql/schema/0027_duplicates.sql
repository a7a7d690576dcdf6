-- Numbers that stand or stood on two or more contacts, with what was last known of each.
-- found_at: since when it is one without a break. ended_at: since when it no longer is.
create table kept.duplicates (
    number varchar not null,
    contact_ids varchar[] not null,
    contact_count bigint not null,
    found_at timestamp not null,
    ended_at timestamp,
    changed_run bigint not null
);
