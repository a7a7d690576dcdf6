-- Who answers calls, for campaigns that wait while nobody does (`hold_without_operators_in`).
-- Of each member of a queue, only what a queue_log said of him last: raw rows are kept for days.
-- aspect: member (he stands in the queue) | free (no pause holds him) | logged_in | added (by
-- ADDMEMBER, no static member) | start (of the phone system; queue and member are NONE then).
-- queue NONE: all queues of the member. said_at: when that began to be so.
create table kept.operator_signs (
    source varchar not null,
    queue varchar not null,
    member varchar not null,
    aspect varchar not null,
    is_on boolean not null,
    said_at timestamp not null,
    is_explicit boolean not null
);

-- The queues of a campaign stand in settings.campaign_words, kind operator_queue.

-- Which of two signs of one aspect holds: the later one; of one second the one that says it in so
-- many words, then the one that lets dials leave.
create macro kept.sign_order(said_at, is_explicit, is_on) as
    {'said_at': said_at, 'is_explicit': is_explicit, 'is_on': is_on};
