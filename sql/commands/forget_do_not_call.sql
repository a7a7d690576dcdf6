-- Delete the last do-not-call list of a source whose new one is accepted.
-- Grain:  one row per entry of the source
-- Reads:  kept.do_not_call
-- Params: $source varchar
delete from kept.do_not_call
where kept.do_not_call.source = $source::varchar
