-- What the figures of reports have in common.
-- An instant as the clocks of a zone show it; both clock-change days are right.
create macro kept.local_time(instant, zone) as timezone(zone, timezone('UTC', instant));

-- A share in percent, with one decimal; null where there is nothing to share.
create macro kept.percent(part, whole) as round(100.0 * part / nullif(whole, 0), 1);

-- To which row of a report something belongs that is told in all, by day, hour of the day, line,
-- queue and campaign (core.splits); empty where it has no such thing.
create macro kept.split_value(split, local_at, line, queue, campaign) as
    case split
        when 'all' then ''
        when 'day' then strftime(local_at, '%Y-%m-%d')
        when 'hour' then strftime(local_at, '%H:00')
        when 'line' then coalesce(line, '')
        when 'queue' then coalesce(queue, '')
        when 'campaign' then coalesce(campaign, '')
    end;
