-- Adds the call detail records just read, without those that stand there already.
-- Grain:  one row per call detail record
-- Reads:  temp.incoming_cdr, raw.cdr
-- Params: $run_id bigint, $now timestamp, $is_strict boolean, $known_from timestamp
--
-- The same record is the same text of the same stream, wherever it stands now: a file that is read
-- again under another name adds nothing. A record has one known_at, so that only records known
-- from the oldest new one on ($known_from) have to be looked at.
-- Rows are added in the order of reading, which the last order by keeps.
insert into raw.cdr by name
with new_records as (

    select
        incoming_cdr.*,
        incoming_cdr.rowid as place,
    from temp.incoming_cdr as incoming_cdr
    where
        not exists (
            select 1
            from raw.cdr as cdr
            where
                cdr.content_hash = incoming_cdr.content_hash
                and cdr.source = incoming_cdr.source
                and cdr.known_at >= $known_from::timestamp
        )
    qualify
        row_number() over (
            partition by incoming_cdr.source, incoming_cdr.content_hash
            order by incoming_cdr.rowid
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
