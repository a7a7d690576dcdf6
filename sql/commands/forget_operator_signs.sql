-- Forget the members of queues once no campaign asks for them, and those of sources that are gone.
-- Grain:  one row per source, queue, member and aspect
-- Reads:  kept.operator_signs, settings.campaign_words, settings.sources
-- Params: none
--
-- They are followed only while a campaign asks: kept through a time without, they would be wrong.
delete from kept.operator_signs
where
    not exists (
        select 1
        from settings.campaign_words as words
        where words.kind = 'operator_queue'
    )
    or not exists (
        select 1
        from settings.sources as sources
        where sources.source = kept.operator_signs.source
    )
