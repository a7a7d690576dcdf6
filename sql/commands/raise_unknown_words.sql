-- Raise the counts of unknown words that a source has used before.
-- Grain:  one row per source, stream, column and word
-- Reads:  staging.incoming_unknown_words, ops.unknown_words
-- Params: none
update ops.unknown_words
set row_count = ops.unknown_words.row_count + incoming.row_count
from staging.incoming_unknown_words as incoming
where
    ops.unknown_words.source = incoming.source
    and ops.unknown_words.stream = incoming.stream
    and ops.unknown_words.column_name = incoming.column_name
    and ops.unknown_words.word = incoming.word
