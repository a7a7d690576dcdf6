-- Counts words that a source used and the program does not know.
-- Grain:  one row per source, stream, column and word
-- Reads:  temp.incoming_unknown_words, ops.unknown_words
-- Params: $now timestamp
merge into ops.unknown_words as unknown_words
using temp.incoming_unknown_words as incoming_unknown_words
    on
        unknown_words.source = incoming_unknown_words.source
        and unknown_words.stream = incoming_unknown_words.stream
        and unknown_words.column_name = incoming_unknown_words.column_name
        and unknown_words.word = incoming_unknown_words.word
when matched then update set
    row_count = unknown_words.row_count + incoming_unknown_words.row_count
when not matched then insert (source, stream, column_name, word, row_count, first_seen_at)
    values (
        incoming_unknown_words.source,
        incoming_unknown_words.stream,
        incoming_unknown_words.column_name,
        incoming_unknown_words.word,
        incoming_unknown_words.row_count,
        $now::timestamp
    )
