-- Incoming calls: how many came, were offered to a queue, answered, abandoned, missed, or went on.
-- Grain:  one row per split (all, day, hour of the day, line, queue) and its value
-- Reads:  core.split_calls
-- Params: none
--
-- offered: came to a queue; who stayed in a menu does not count against it (SearchCRM). abandoned:
-- hung up waiting in a queue. menu: hung up in a menu before any queue. missed: rang a desk and
-- nobody took it, a different thing from abandoned (Talkdesk, Five9; mluvii and RingCentral call
-- both missed). sent on: by time, key or for want of agents. callers: distinct numbers, not calls
-- (NethVoice); withheld numbers are none. incoming is the sum of answered, abandoned, menu, missed,
-- sent on, other and going on. Days and hours are those of `time_zone`, of the call's beginning.
select
    calls.split,
    calls.split_value as value,
    count(*) as incoming_count,
    count(distinct calls.number) as caller_count,
    count(*) filter (where calls.is_offered) as offered_count,
    count(*) filter (where calls.outcome = 'answered') as answered_count,
    count(*) filter (where calls.outcome = 'queue') as abandoned_count,
    count(*) filter (where calls.outcome = 'ivr') as menu_count,
    count(*) filter (where calls.outcome = 'ringing') as missed_count,
    count(*) filter (where calls.outcome in ('timeout', 'exit_key', 'empty')) as sent_on_count,
    count(*) filter (where calls.outcome = 'other') as other_count,
    count(*) filter (where calls.outcome = 'going_on') as going_on_count
from core.split_calls as calls
group by
    calls.split,
    calls.position,
    calls.split_value
order by
    calls.position,
    calls.split_value
