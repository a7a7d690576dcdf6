-- Write down what a person did to undelivered commands and copies, and why.
-- Grain:  one row per command or copy of core.delivery_verdicts that becomes something
-- Reads:  core.delivery_verdicts
-- Params: $now timestamp, $who varchar, $why varchar
insert into kept.deliveries_by_hand by name
select
    verdicts.command_key,
    verdicts.sink,
    verdicts.is_copy,
    verdicts.number,
    verdicts.verdict as did,
    $now::timestamp as done_at,
    $who::varchar as done_by,
    $why::varchar as why
from core.delivery_verdicts as verdicts
where verdicts.becomes is not null
