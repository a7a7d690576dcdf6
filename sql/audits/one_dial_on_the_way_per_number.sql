-- Dials decided in this run to a number that has another dial on the way or leaving (I11, A7).
-- Grain:  one row per such decision
-- Reads:  core.decisions, kept.commands, kept.attempts, kept.campaigns
-- Params: none
--
-- Two dials that both left in earlier runs were right by what was known then: a record may tell
-- later that the call of an earlier one is up after all.
with leaving as (
    select
        decisions.number,
        decisions.episode_id,
        decisions.attempt_number,
        decisions.redial_number
    from core.decisions as decisions
    inner join kept.campaigns as campaigns
        on decisions.campaign = campaigns.campaign
    where
        decisions.decision = 'dial'
        and campaigns.dialler != 'none'
),

on_the_way as (
    select
        commands.number,
        commands.episode_id,
        commands.attempt_number,
        commands.redial_number,
        commands.command_key as dial
    from kept.commands as commands
    where
        commands.kind = 'dial'
        and commands.state in ('issued', 'offered', 'unsure')
    union all
    select
        attempts.number,
        attempts.episode_id,
        attempts.attempt_number,
        attempts.redial_number,
        attempts.command_key as dial
    from kept.attempts as attempts
    where attempts.result is null
    union all
    select
        leaving.number,
        leaving.episode_id,
        leaving.attempt_number,
        leaving.redial_number,
        'one of this run in ' || leaving.episode_id as dial
    from leaving
)

select
    leaving.episode_id,
    'attempt ' || leaving.attempt_number::varchar || ' to ' || leaving.number
    || ' would leave beside ' || min(on_the_way.dial) as detail
from leaving
inner join on_the_way
    on leaving.number = on_the_way.number
    and (leaving.episode_id, leaving.attempt_number, leaving.redial_number)
    is distinct from (
        on_the_way.episode_id, on_the_way.attempt_number, on_the_way.redial_number
    )
group by leaving.episode_id, leaving.attempt_number, leaving.number
