-- Up to where the files of a stream have been read.
-- Grain:  one row per content that was read
-- Reads:  ops.marks
-- Params: $source varchar, $stream varchar
select
    marks.source,
    marks.stream,
    marks.file,
    marks.inode,
    marks.size_bytes,
    marks.modified_ns,
    marks.offset_bytes,
    marks.line,
    marks.row_number,
    marks.head_bytes,
    marks.head_hash,
    marks.tail_hash,
    marks.header,
    marks.partial_bytes,
    marks.is_partial_taken,
    marks.fault
from ops.marks as marks
where
    marks.source = $source::varchar
    and marks.stream = $stream::varchar
