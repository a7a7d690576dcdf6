-- Calls by hand that count as attempts.
-- An attempt that no dial of ours made: its key begins with `hand|`, and handed_out_at is the
-- beginning of its call.
alter table kept.attempts add column is_by_hand boolean default false;

alter table settings.campaigns add column count_manual_attempts boolean;
