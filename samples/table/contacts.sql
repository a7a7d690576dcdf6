-- The directory of the other system: one row per contact and number.
select
    id as contact_id,
    "jméno" as name,
    "telefon" as number
from input
