-- How long a connection has to last to be a talk; null and 0: any connection is one.
alter table settings.campaigns add column min_talk_seconds bigint;

alter table kept.campaigns add column min_talk_seconds bigint;
