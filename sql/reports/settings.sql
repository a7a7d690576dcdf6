-- What each version of the settings set, as far as it differs from the version before it.
-- Grain:  one row per version, section and key whose value is new, changed or gone
-- Reads:  core.settings_changes
-- Params: $from_at timestamp, $to_at timestamp
--
-- The first version shows every key, defaults too. Decisions name the version by its hash. A
-- version that was taken up again stands with its first run only. What the changes did is told by
-- settings_effects.
select
    changes.first_run_at,
    changes.section,
    changes.key,
    changes.value,
    changes.previous_value,
    changes.settings_hash
from core.settings_changes as changes
where
    changes.first_run_at >= $from_at::timestamp
    and changes.first_run_at < $to_at::timestamp
order by
    changes.first_run_at,
    changes.settings_hash,
    changes.section,
    changes.key
