-- A call log of some other phone system, brought to calls: one row per call.
-- `input` is what stands in calls.csv, every column as text; `utc` brings local wall time to UTC.
select
    "č. hovoru" as call_id,
    case "směr" when 'příchozí' then 'in' when 'odchozí' then 'out' else 'internal' end as direction,
    nullif("volající", 'skryté') as number,
    "linka" as dialled_number,
    "fronta" as queue,
    utc(try_strptime("začátek", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague') as started_at,
    utc(try_strptime("čeká od", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague') as wait_began_at,
    utc(try_strptime("spojeno", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague') as connected_at,
    utc(try_strptime("konec", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague') as ended_at,
    case "výsledek"
        when 'zavěsil ve frontě' then 'queue'
        when 'zavěsil v menu' then 'ivr'
        when 'vypršel čas fronty' then 'queue'
        else 'desk'
    end as last_place,
    case when "výsledek" = 'vypršel čas fronty' then 'timeout' else 'caller' end as end_reason,
    case when "směr" = 'odchozí' then if("spojeno" != '', 'answered', 'no_answer') end as result,
    file,
    line
from input
