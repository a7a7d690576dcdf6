-- Note when a stream was last read without a fault, and what stands in the way now.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds
-- Params: $source varchar, $stream varchar, $now timestamp, $row_count bigint,
--         $fingerprint varchar, $fault varchar
--
-- With a fault the last good reading stays: from there the lag of the feed counts, and what was
-- read then is still in force.
update ops.feeds
set
    read_at = case when $fault::varchar is null then $now::timestamp else ops.feeds.read_at end,
    row_count = case
        when $fault::varchar is null then $row_count::bigint
        else ops.feeds.row_count
    end,
    fingerprint = case
        when $fault::varchar is null then coalesce($fingerprint::varchar, ops.feeds.fingerprint)
        else ops.feeds.fingerprint
    end,
    fault = $fault::varchar
where
    ops.feeds.source = $source::varchar
    and ops.feeds.stream = $stream::varchar
