-- Adds what a dialler just reported, without what it had reported before.
-- Grain:  one row per report
-- Reads:  temp.incoming_results, raw.results
-- Params: $run_id bigint, $now timestamp, $is_strict boolean, $known_from timestamp
--
-- The same record is the same text of the same stream, wherever it stands now: a file that is read
-- again under another name adds nothing. A record has one known_at, so that only records known
-- from the oldest new one on ($known_from) have to be looked at.
-- Rows are added in the order of reading, which the last order by keeps.
insert into raw.results by name
with new_records as (

    select
        incoming_results.*,
        incoming_results.rowid as place,
    from temp.incoming_results as incoming_results
    where
        not exists (
            select 1
            from raw.results as results
            where
                results.content_hash = incoming_results.content_hash
                and results.source = incoming_results.source
                and results.known_at >= $known_from::timestamp
        )
    qualify
        row_number() over (
            partition by incoming_results.source, incoming_results.content_hash
            order by incoming_results.rowid
        ) = 1

)

select
    new_records.* exclude (place),
    $run_id::bigint as read_run,
    case
        when not $is_strict::boolean or new_records.known_at <= $now::timestamp
            then $run_id::bigint
    end as applied_run,
from new_records
order by new_records.place
