-- The name that a dial gives its channel is no uniqueid: `reconcile-…-1.1`, a redial, names no
-- system. A uniqueid ends in the second of its start and a counter.
create or replace macro kept.system_of(call_id, source_system) as
    coalesce(
        nullif(regexp_extract(call_id, '^(.+)-[0-9]{9,10}\.[0-9]+$', 1), ''),
        source_system,
        ''
    );
