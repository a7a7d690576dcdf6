-- Keep of the members of queues what was said of each last.
-- Grain:  one row per source, queue, member and aspect that is new or newer
-- Reads:  core.operator_signs, kept.operator_signs
-- Params: none
--
-- A line that comes late changes nothing, nor does one that comes twice.
merge into kept.operator_signs as known
using core.operator_signs as signs
on
    known.source = signs.source
    and known.queue = signs.queue
    and known.member = signs.member
    and known.aspect = signs.aspect
when matched and
    kept.sign_order(signs.said_at, signs.is_explicit, signs.is_on)
    > kept.sign_order(known.said_at, known.is_explicit, known.is_on)
    then update set
        is_on = signs.is_on,
        said_at = signs.said_at,
        is_explicit = signs.is_explicit
when not matched
    then insert (source, queue, member, aspect, is_on, said_at, is_explicit)
        values (
            signs.source, signs.queue, signs.member, signs.aspect,
            signs.is_on, signs.said_at, signs.is_explicit
        )
