-- Forget the openings of calling hours that are not known any more.
-- Grain:  one row per span
-- Reads:  kept.hour_spans, kept.hours
-- Params: none
delete from kept.hour_spans
where
    not exists (
        select 1
        from kept.hours as hours
        where hours.hours_key = kept.hour_spans.hours_key
    )
