-- The next dial of each open episode of a simulation, at its due instant.
-- Grain:  one row per open episode that is dialled before anything else happens to it
-- Reads:  core.simulated_dues, core.holds, core.simulated_expiries, kept.episodes,
--         kept.dropped_calls
-- Params: $end_at timestamp
--
-- A talk strictly before the due instant comes first, one in that second comes after the dial. To
-- give up comes before a dial of the same second, as a remove does in a run. Where a dropped call
-- of that second or before restarts the steps, the plan has to take it up first.
select dues.*
from core.simulated_dues as dues
inner join kept.episodes as episodes
    on dues.episode_id = episodes.episode_id
left join core.simulated_expiries as expiries
    on dues.episode_id = expiries.episode_id
where
    dues.dialled_at < $end_at::timestamp
    and (episodes.cut_at is null or dues.dialled_at <= episodes.cut_at)
    and (expiries.expires_at is null or dues.dialled_at < expiries.expires_at)
    and not exists (
        select 1
        from core.holds as holds
        where holds.episode_id = dues.episode_id and holds.decision = 'blocked'
    )
    and not exists (
        select 1
        from kept.dropped_calls as later_drops
        where
            later_drops.episode_id = dues.episode_id
            and later_drops.is_withdrawn
            and later_drops.dropped_at <= dues.dialled_at
    )
