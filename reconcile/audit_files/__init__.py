"""Audit files: what the program has kept, as Parquet that any tool reads at any time.

    audit/<table>/date=YYYY-MM-DD/run-HH-<run>.parquet    what one publishing brought
                                  hour-HH-<run>.parquet   an hour that is over
                                  day-<run>.parquet       a day that is over
    audit/schema.json                                     version, keys and columns
    audit/views.sql                                       the newest version of each row

Rows are versions: the newest `changed_run` of a key counts. Date and hour are those of the run that
wrote the row, in UTC. `tables` names what is written, `writing` writes what a run changed,
`compacting` makes one file of many, `reading` finds the newest versions, `views` tells other tools.
"""
