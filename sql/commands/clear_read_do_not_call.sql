-- Empty the do-not-call list as read, after it was accepted or refused.
-- Grain:  one row per entry
-- Reads:  raw.do_not_call
-- Params: none
delete from raw.do_not_call
