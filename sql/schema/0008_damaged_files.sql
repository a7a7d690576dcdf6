-- A file whose content is damaged is not read again before it changes; why stands in its mark.
alter table ops.marks add column fault varchar;
