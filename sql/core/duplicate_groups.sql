-- Duplicate numbers that hang together because a contact stands on two of them.
-- Grain:  one row per duplicate number of core.duplicate_classes
-- Reads:  core.duplicate_classes, kept.contacts
-- Params: none
--
-- Each number points at a smaller one of its group until all point at the least. In every round a
-- number looks at the pointers of its neighbours, hands the least on to the one it points at, and
-- jumps to where that one points: the rounds grow with the logarithm of a chain, not its length.
-- Recursion by key is DuckDB's own; only a report needs this file, no run.
with recursive ranked_numbers as (
    select
        duplicates.number,
        row_number() over (order by duplicates.number) as rank
    from core.duplicate_classes as duplicates
),

contact_numbers as (
    -- Distinct: the same number can stand on one contact twice.
    select distinct
        contacts.source,
        contacts.contact_id,
        ranked_numbers.rank
    from kept.contacts as contacts
    inner join ranked_numbers
        on contacts.number = ranked_numbers.number
),

links as (
    -- Only a contact on two duplicate numbers ties them together.
    select
        dense_rank() over (order by contact_numbers.source, contact_numbers.contact_id) as contact,
        contact_numbers.rank
    from contact_numbers
    qualify count(*) over (partition by contact_numbers.source, contact_numbers.contact_id) > 1
),

pointers (rank, pointer) using key (rank) as (
    select
        links.rank,
        min(links.rank) as pointer
    from links
    group by links.rank
    union (
        with jumps as (
            select
                pointers.rank,
                pointers.pointer,
                further.pointer as jump
            from recurring.pointers as pointers
            inner join recurring.pointers as further
                on pointers.pointer = further.rank
        ),

        least_per_contact as (
            select
                links.contact,
                min(jumps.jump) as least
            from links
            inner join jumps
                on links.rank = jumps.rank
            group by links.contact
        ),

        proposals as (
            select
                unnest([jumps.rank, jumps.pointer]) as rank,
                least(jumps.jump, least_per_contact.least) as pointer
            from links
            inner join jumps
                on links.rank = jumps.rank
            inner join least_per_contact
                on links.contact = least_per_contact.contact
        )

        select
            proposals.rank,
            min(proposals.pointer) as pointer
        from proposals
        inner join recurring.pointers as pointers
            on proposals.rank = pointers.rank
        group by
            proposals.rank,
            pointers.pointer
        having min(proposals.pointer) < pointers.pointer
    )
)

select
    ranked_numbers.number,
    dense_rank() over (order by coalesce(pointers.pointer, ranked_numbers.rank)) as group_number
from ranked_numbers
left join pointers
    on ranked_numbers.rank = pointers.rank
