-- Adds the calls that a mapping just gave, without those that stand there as they are.
-- Grain:  one row per call as a mapping gave it
-- Reads:  temp.incoming_table_calls, raw.table_calls
-- Params: $run_id bigint, $now timestamp, $is_strict boolean, $known_from timestamp
--
-- The same record is the same text of the same stream, wherever it stands now: a file that is read
-- again under another name adds nothing. A record has one known_at, so that only records known
-- from the oldest new one on ($known_from) have to be looked at.
-- Rows are added in the order of reading, which the last order by keeps.
insert into raw.table_calls by name
with new_records as (

    select
        incoming_table_calls.*,
        incoming_table_calls.rowid as place,
    from temp.incoming_table_calls as incoming_table_calls
    where
        not exists (
            select 1
            from raw.table_calls as table_calls
            where
                table_calls.content_hash = incoming_table_calls.content_hash
                and table_calls.source = incoming_table_calls.source
                and table_calls.known_at >= $known_from::timestamp
        )
    qualify
        row_number() over (
            partition by incoming_table_calls.source, incoming_table_calls.content_hash
            order by incoming_table_calls.rowid
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
