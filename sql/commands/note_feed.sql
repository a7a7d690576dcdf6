-- Notes when a stream was last read without a fault, and what stands in the way now.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds
-- Params: $source varchar, $stream varchar, $now timestamp, $row_count bigint,
--         $fingerprint varchar, $fault varchar
--
-- With a fault the last good reading stays: the lag of the feed counts from there.
merge into ops.feeds as feeds
using (
    select
        $source::varchar as source,
        $stream::varchar as stream,
) as present
    on
        feeds.source = present.source
        and feeds.stream = present.stream
when matched then update set
    read_at = case when $fault::varchar is null then $now::timestamp else feeds.read_at end,
    row_count = case when $fault::varchar is null then $row_count::bigint else feeds.row_count end,
    fingerprint = coalesce($fingerprint::varchar, feeds.fingerprint),
    fault = $fault::varchar
when not matched then insert (source, stream, read_at, row_count, fingerprint, fault)
    values (
        present.source,
        present.stream,
        case when $fault::varchar is null then $now::timestamp end,
        case when $fault::varchar is null then $row_count::bigint end,
        $fingerprint::varchar,
        $fault::varchar
    )
