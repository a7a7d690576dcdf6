-- Note when a stream was last read, and what stands in the way now.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds
-- Params: $source varchar, $stream varchar, $now timestamp, $row_count bigint,
--         $fingerprint varchar, $is_read boolean, $fault varchar
--
-- A stream that does not count as read keeps its last good reading: from there the lag of the feed
-- counts. One that does may have a fault too, of an old file that is damaged.
-- Whatever has a fingerprint was taken as it is, so that it is not taken again before it changes.
update ops.feeds
set
    read_at = case when $is_read::boolean then $now::timestamp else ops.feeds.read_at end,
    row_count = case
        when $is_read::boolean then $row_count::bigint
        else ops.feeds.row_count
    end,
    fingerprint = coalesce($fingerprint::varchar, ops.feeds.fingerprint),
    fault = $fault::varchar
where
    ops.feeds.source = $source::varchar
    and ops.feeds.stream = $stream::varchar
