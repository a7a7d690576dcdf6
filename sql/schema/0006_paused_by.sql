-- Who began a pause: the user who called `pause`.
alter table kept.pauses add column paused_by varchar;
