-- The remove commands of this run, one for each episode that closed (once, also without a dial).
-- Grain:  one row per episode closed in this run whose campaign has or had a dialler
-- Reads:  core.episode_facts, core.listed_numbers, kept.campaigns
-- Params: $now timestamp
--
-- An episode of a campaign that is gone from the settings is removed where its dials went.
with keyed as (
    select
        facts.*,
        campaigns.dialler as sink,
        array_to_string(listed.lists, ', ') as lists,
        'remove|' || facts.episode_id as command_key
    from core.episode_facts as facts
    inner join kept.campaigns as campaigns
        on facts.campaign = campaigns.campaign
    left join core.listed_numbers as listed
        on facts.number = listed.number
    where facts.decision = 'remove'
)

select
    keyed.command_key,
    keyed.campaign,
    keyed.number,
    keyed.episode_id,
    keyed.sink,
    json_object(
        'version', 1,
        'command', 'remove',
        'key', keyed.command_key,
        'key_digest', left(md5(keyed.command_key), 16),
        'number', keyed.number,
        'contact_id',
        case when keyed.has_dials then keyed.dialled_contact_id else keyed.contact_id end,
        'campaign', keyed.campaign,
        'reason', keyed.reason,
        'explanation',
        case keyed.reason
            when 'reached' then
                'The client and an operator talked at '
                || strftime(keyed.closed_at, '%H:%M:%S') || ' UTC'
                || coalesce(', on ' || keyed.talked_number || ' of the same contact', '')
            when 'exhausted' then 'No attempt is left and none reached the client'
            when 'expired' then 'The time to give up passed without a talk'
            when 'not_dropped' then 'The records now say that the call was no dropped call'
            when 'campaign_ended' then 'The campaign is no longer in the settings'
            when 'closed_by_hand' then 'A person closed the episode'
            when 'do_not_call'
                then concat_ws(' ', 'The number is on the do-not-call list', keyed.lists)
            else keyed.reason
        end,
        'proof', keyed.proof,
        'issued_at', strftime($now::timestamp, '%Y-%m-%dT%H:%M:%SZ'),
        'closed_at', strftime(keyed.closed_at, '%Y-%m-%dT%H:%M:%SZ')
    )::varchar as payload
from keyed
where keyed.sink != 'none'
