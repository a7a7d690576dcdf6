-- Dials that would not have been handed out, had everything been known: regrets.
-- Grain:  one row per attempt (command_key) that turns out to be one
-- Reads:  core.talks, core.calls, raw.results, kept.attempts, kept.dropped_calls, kept.episodes,
--         settings.campaigns
-- Params: $run_id bigint, $since timestamp
--
-- A talk lies before the hand-out with no dropped call between the two; or the episode turned out
-- to have no dropped call at all. The talk of the attempt's own call is no regret, whether the call
-- or the dialler's report shows it. Which talks count for a campaign that is gone is not known.
-- A talk of another number of the contact counts when its record comes late: a directory that ties
-- the two numbers together later on makes no dial wrong that was right by the one of then.
select attempts.command_key
from kept.attempts as attempts
where
    not attempts.is_regret
    and not attempts.is_by_hand
    and attempts.handed_out_at >= $since::timestamp
    and (
        exists (
            select 1
            from core.talks as talks
            where
                talks.campaign = attempts.campaign
                and talks.number = attempts.number
                and talks.talk_at < attempts.handed_out_at
                and exists (
                    select 1
                    from settings.campaigns as campaigns
                    where campaigns.campaign = attempts.campaign
                )
                and talks.call_id != attempts.command_key
                and (
                    talks.talked_number = talks.number
                    or exists (
                        select 1
                        from core.calls as changed
                        where
                            changed.source = talks.source
                            and changed.call_id = talks.call_id
                    )
                    or exists (
                        select 1
                        from raw.results as reported
                        where
                            reported.source = talks.source
                            and reported.command_key = talks.call_id
                            and reported.applied_run = $run_id::bigint
                    )
                )
                and (
                    attempts.call_id is null
                    or talks.source != attempts.call_source
                    or talks.call_id != attempts.call_id
                )
                and not exists (
                    select 1
                    from kept.dropped_calls as drops
                    where
                        drops.campaign = talks.campaign
                        and drops.number = talks.number
                        and drops.account in ('opened', 'joined')
                        and not drops.is_withdrawn
                        and drops.dropped_at >= talks.talk_at
                        and drops.dropped_at <= attempts.handed_out_at
                )
        )
        or exists (
            select 1
            from kept.episodes as episodes
            where
                episodes.episode_id = attempts.episode_id
                and episodes.reason = 'not_dropped'
                and episodes.changed_run = $run_id::bigint
        )
    )
