-- The directory of the sample: one row per contact and number.
-- `input` is what stands in the files of `path`. The columns to give are contact_id and number;
-- name and extension may be left out.
select
    id as contact_id,
    name,
    phone as number
from input
where phone != ''
union all
select
    id as contact_id,
    name,
    phone2 as number
from input
where phone2 != ''
