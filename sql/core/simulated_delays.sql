-- Which dials a limit put off in minutes that were run, each as often as it began to.
-- Grain:  one row per decision to wait for a limit
-- Reads:  kept.decisions
-- Params: none
select
    decisions.episode_id,
    decisions.due_at as not_before
from kept.decisions as decisions
where
    decisions.decision = 'wait'
    and decisions.reason = 'limit'
