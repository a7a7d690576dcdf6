-- Takes away the marks of a stream, for the present ones take their place.
-- Grain:  one row per content that was read
-- Reads:  ops.marks
-- Params: $source varchar, $stream varchar
delete from ops.marks
where
    source = $source::varchar
    and stream = $stream::varchar
