-- Take away the marks of a stream: the present ones take their place.
-- Grain:  one row per content that was read
-- Reads:  ops.marks
-- Params: $source varchar, $stream varchar
delete from ops.marks
where
    ops.marks.source = $source::varchar
    and ops.marks.stream = $stream::varchar
