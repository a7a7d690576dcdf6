"""What steps of a run make where no setting asks for them: the same tables, empty.

Planning such a step costs a hundredth of a second in every run.
"""

LIMITS = """
    create or replace table core.limit_numbers (
        episode_id varchar, per varchar, number varchar, contact varchar
    );
    create or replace table core.limit_counts (
        episode_id varchar, calls bigint, hours bigint, per varchar, room bigint,
        free_at timestamp, proof varchar[]
    )
"""

LISTS = "create or replace table core.listed_numbers (number varchar, lists varchar[])"

REACH = """
    create or replace table core.other_numbers (
        campaign varchar, number varchar, other_number varchar
    )
"""

SHARES = "create or replace table core.contact_duplicates (number varchar, contact_ids varchar[])"
