-- Add the unknown words that a source has just used for the first time.
-- Grain:  one row per source, stream, column and word
-- Reads:  staging.incoming_unknown_words, ops.unknown_words
-- Params: $now timestamp
insert into ops.unknown_words by name
select
    incoming.*,
    $now::timestamp as first_seen_at
from staging.incoming_unknown_words as incoming
where
    not exists (
        select 1
        from ops.unknown_words as stored
        where
            incoming.source = stored.source
            and incoming.stream = stored.stream
            and incoming.column_name = stored.column_name
            and incoming.word = stored.word
    )
