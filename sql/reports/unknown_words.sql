-- Words that the sources use and this program does not know: counted, never guessed.
-- Grain:  one row per source, stream, column and word
-- Reads:  ops.unknown_words
-- Params: none
select
    words.source,
    words.stream,
    words.column_name,
    words.word,
    words.row_count,
    words.first_seen_at
from ops.unknown_words as words
order by
    words.row_count desc,
    words.source,
    words.stream,
    words.column_name,
    words.word
