-- Open the episodes of a simulation, with the talk that closes each if nothing does before.
-- Grain:  one row per dropped call whose account is opened
-- Reads:  core.accounts
-- Params: none
--
-- The talk stands in the columns of its closing while the episode is open: what lies before it, its
-- dials first, is still to come.
insert into kept.episodes
select
    accounts.episode_id,
    accounts.campaign,
    accounts.number,
    accounts.source as opening_source,
    accounts.call_id as opening_call_id,
    accounts.generation,
    accounts.dropped_at as added_at,
    accounts.dropped_at as opened_at,
    null as closed_at,
    accounts.closed_at as cut_at,
    null as reason,
    accounts.closing_source,
    accounts.closing_call_id,
    null as closed_run_at,
    null as blocked_since,
    false as is_closing_withdrawn,
    0 as changed_run
from core.accounts as accounts
where accounts.account = 'opened'
order by
    accounts.dropped_at,
    accounts.episode_id
