-- The ways in which the figures of a report are split: in all, by day, hour of the day, line, ….
-- Grain:  one row per split, with its place in a report
-- Reads:  none
-- Params: none
--
-- For readers: what belongs to which row of a split is told by kept.split_value. A call without a
-- line or a queue is told under an empty one, so that the rows of each split have one sum.
select
    splits.split,
    splits.position
from (
    values
    ('all', 1),
    ('campaign', 2),
    ('day', 3),
    ('hour', 4),
    ('line', 5),
    ('queue', 6)
) as splits (split, position)
