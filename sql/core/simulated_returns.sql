-- What share of the clients calls back by himself before each step of the ladder, and how sure that
-- is.
-- Grain:  one row per campaign and step
-- Reads:  core.simulated_waits, settings.ladder
-- Params: $z double
--
-- Not all are watched to the end, so the share is one less the product-limit estimate of Kaplan and
-- Meier (1958), its variance that of Greenwood (1926), and the interval that of the log-minus-log
-- transform (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 1980), which
-- stays between 0 and 1. $z is the quantile of the normal distribution for the interval. A share of
-- 0 or 1 has no interval of this kind. Behind the longest wait that was watched nothing is known.
with counted as (
    select
        waits.campaign,
        waits.wait_seconds,
        count(*) filter (where waits.has_returned) as return_count,
        sum(count(*)) over (
            partition by waits.campaign
            order by waits.wait_seconds desc
            rows between unbounded preceding and current row
        ) as risk_count
    from core.simulated_waits as waits
    group by
        waits.campaign,
        waits.wait_seconds
),

steps as (
    select
        ladder.campaign,
        ladder.attempt_number,
        ladder.offset_minutes,
        coalesce(sum(counted.return_count), 0)::bigint as return_count,
        exp(coalesce(sum(case
            when counted.return_count < counted.risk_count
                then ln(1 - counted.return_count / counted.risk_count)
        end), 0))
        * (
            1 - coalesce(max((counted.return_count = counted.risk_count)::int), 0)
        ) as waiting_share,
        sum(case
            when counted.return_count < counted.risk_count
                then
                    counted.return_count
                    / (counted.risk_count * (counted.risk_count - counted.return_count))
        end) as greenwood_sum
    from settings.ladder as ladder
    left join counted
        on ladder.campaign = counted.campaign
        and counted.wait_seconds < ladder.offset_minutes * 60
    group by
        ladder.campaign,
        ladder.attempt_number,
        ladder.offset_minutes
),

at_risk as (
    select
        ladder.campaign,
        ladder.attempt_number,
        count(waits.wait_seconds) as risk_count
    from settings.ladder as ladder
    left join core.simulated_waits as waits
        on ladder.campaign = waits.campaign
        and waits.wait_seconds >= ladder.offset_minutes * 60
    group by
        ladder.campaign,
        ladder.attempt_number
),

known as (
    select
        steps.*
        replace (
            case when at_risk.risk_count > 0 or steps.waiting_share = 0 then steps.waiting_share end
                as waiting_share
        ),
        at_risk.risk_count
    from steps
    inner join at_risk
        on steps.campaign = at_risk.campaign
        and steps.attempt_number = at_risk.attempt_number
),

scaled as (
    select
        known.*,
        case
            when known.waiting_share > 0 and known.waiting_share < 1
                then $z::double * sqrt(known.greenwood_sum) / abs(ln(known.waiting_share))
        end as spread
    from known
)

select
    scaled.campaign,
    scaled.attempt_number,
    scaled.offset_minutes,
    scaled.return_count,
    scaled.risk_count,
    1 - scaled.waiting_share as return_share,
    1 - pow(scaled.waiting_share, exp(-scaled.spread)) as low_share,
    1 - pow(scaled.waiting_share, exp(scaled.spread)) as high_share
from scaled
order by
    scaled.campaign,
    scaled.attempt_number
