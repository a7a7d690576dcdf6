-- The settings file whose state this is, as a path from the state folder; none before a first run.
create table ops.owner (
    settings_file varchar not null
);
