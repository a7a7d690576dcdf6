-- Begin a pause of one campaign or, without a campaign, of all of them.
-- Grain:  one row, none if that pause is on already
-- Reads:  kept.pauses
-- Params: $campaign varchar, $now timestamp, $why varchar, $who varchar
insert into kept.pauses (campaign, paused_at, why, paused_by)
select
    $campaign::varchar as campaign,
    $now::timestamp as paused_at,
    $why::varchar as why,
    $who::varchar as paused_by
where
    not exists (
        select 1
        from kept.pauses as pauses
        where
            pauses.resumed_at is null
            and pauses.campaign is not distinct from $campaign::varchar
    )
