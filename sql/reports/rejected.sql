-- Records that could not be read and were kept aside: where they stand, why, and what stands there.
-- Grain:  one row per rejected record of the time asked for
-- Reads:  raw.rejected
-- Params: $from_at timestamp, $to_at timestamp
select
    rejected.rejected_at,
    rejected.source,
    rejected.stream,
    rejected.file,
    rejected.line,
    rejected.reason,
    rejected.record
from raw.rejected as rejected
where
    rejected.rejected_at >= $from_at::timestamp
    and rejected.rejected_at < $to_at::timestamp
order by
    rejected.rejected_at,
    rejected.source,
    rejected.stream,
    rejected.file,
    rejected.line,
    rejected.reason,
    rejected.record
