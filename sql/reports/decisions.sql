-- What the runs said of each episode, from the first to the last run that said so.
-- Grain:  one row per change of a decision whose first run lies in the time asked for
-- Reads:  kept.decisions, ops.settings
-- Params: $from_at timestamp, $to_at timestamp
--
-- No last run: in force. due: when the attempt may leave. also: reasons that applied as well and
-- stand lower in the list. settings: the values of the campaign that were in force, as JSON.
with campaign_settings as (
    select
        versions.settings_hash,
        listed.value ->> 'name' as campaign,
        listed.value::varchar as settings
    from ops.settings as versions
    cross join json_each(versions.settings::json -> 'campaigns') as listed
)

select
    decisions.first_run_at,
    decisions.last_run_at,
    decisions.number,
    decisions.campaign,
    decisions.decision,
    decisions.reason,
    decisions.attempt_number,
    decisions.due_at,
    decisions.also,
    decisions.proof,
    decisions.settings_hash,
    campaign_settings.settings,
    decisions.episode_id
from kept.decisions as decisions
left join campaign_settings
    on decisions.settings_hash = campaign_settings.settings_hash
    and decisions.campaign = campaign_settings.campaign
where
    decisions.first_run_at >= $from_at::timestamp
    and decisions.first_run_at < $to_at::timestamp
order by
    decisions.first_run_at,
    decisions.number,
    decisions.episode_id,
    decisions.run_id
