-- Add the line of a stream that was never read before.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds
-- Params: $source varchar, $stream varchar
insert into ops.feeds (source, stream)
select
    $source::varchar as source,
    $stream::varchar as stream
where
    not exists (
        select 1
        from ops.feeds as stored
        where
            stored.source = $source::varchar
            and stored.stream = $stream::varchar
    )
