-- Keep of the decisions up to a past run those that held for it.
-- Grain:  one row per decision that was over by then, or that the next run of its second made
-- Reads:  temp.recorded_decisions
-- Params: $run_id bigint, $run_at timestamp
--
-- Of each episode the last one by then; a remove holds for the run that made it only.
delete from temp.recorded_decisions
where
    temp.recorded_decisions.decision = 'remove' and temp.recorded_decisions.run_id < $run_id::bigint
    or temp.recorded_decisions.last_run_at < $run_at::timestamp
    or exists (
        select 1
        from temp.recorded_decisions as later
        where
            later.episode_id = temp.recorded_decisions.episode_id
            and later.run_id > temp.recorded_decisions.run_id
    )
