-- Open the episodes of dropped calls that open one; a talk known to follow closes it at once (A9).
-- Grain:  one row per dropped call whose account is opened
-- Reads:  core.accounts
-- Params: $now timestamp, $run_id bigint
insert into kept.episodes
select
    accounts.episode_id,
    accounts.campaign,
    accounts.number,
    accounts.source as opening_source,
    accounts.call_id as opening_call_id,
    accounts.generation,
    accounts.dropped_at as added_at,
    $now::timestamp as opened_at,
    accounts.closed_at,
    accounts.closed_at as cut_at,
    case when accounts.closed_at is not null then 'reached' end as reason,
    accounts.closing_source,
    accounts.closing_call_id,
    case when accounts.closed_at is not null then $now::timestamp end as closed_run_at,
    null as blocked_since,
    false as is_closing_withdrawn,
    $run_id::bigint as changed_run
from core.accounts as accounts
where accounts.account = 'opened'
order by
    accounts.dropped_at,
    accounts.episode_id
