-- Mark the copies that are offered to their sinks next, before the sinks are called.
-- Grain:  one row per copy offered now
-- Reads:  kept.copies
-- Params: $now timestamp, $run_id bigint
--
-- Copies of one number come to a sink in the order of the commands; other sinks wait for none.
update kept.copies
set
    state = 'offered',
    offered_at = $now::timestamp,
    tries = kept.copies.tries + 1,
    changed_run = $run_id::bigint
where
    kept.copies.state = 'issued'
    and (kept.copies.offered_at is null or kept.copies.offered_at < $now::timestamp)
    and coalesce(kept.copies.next_try_at, $now::timestamp) <= $now::timestamp
    and not exists (
        select 1
        from kept.copies as earlier
        where
            earlier.number = kept.copies.number
            and earlier.sink = kept.copies.sink
            and earlier.sequence < kept.copies.sequence
            and earlier.state in ('issued', 'offered', 'unsure')
    )
