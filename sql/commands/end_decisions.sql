-- End the decisions that no longer hold: their last run was the one before this.
-- Grain:  one row per decision in force that changes, or whose episode is closed
-- Reads:  core.changed_decisions, kept.decisions, ops.runs
-- Params: $run_id bigint
update kept.decisions
set
    last_run_at = coalesce(
        (
            select max(runs.run_at)
            from ops.runs as runs
            where runs.run_id < $run_id::bigint
        ),
        kept.decisions.first_run_at
    ),
    changed_run = $run_id::bigint
where
    kept.decisions.last_run_at is null
    and exists (
        select 1
        from core.changed_decisions as changed
        where changed.episode_id = kept.decisions.episode_id
    )
