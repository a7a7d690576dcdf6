-- Remember when passing time alone will change a decision.
-- Grain:  one row
-- Reads:  core.next_change, ops.clock
-- Params: none
update ops.clock
set next_change_at = next_change.next_change_at
from core.next_change as next_change
