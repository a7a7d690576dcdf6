"""Commands as rows of a table, in real servers: once by their key, whatever breaks meanwhile."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from sink_commands import DIAL, REMOVE, dials, outgoing
from table_place import TABLE, Place

from reconcile.databases import DatabaseFault, mariadb, postgresql, sqlite
from reconcile.errors import SinkUnreachable
from reconcile.settings.database_sinks import COMMAND_TABLES
from reconcile.sinks import NO_MARK, Outcome, OutgoingCommand, command_rows, open_sink


def states(outcomes: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def test_each_command_is_a_row_in_the_order_given(place: Place) -> None:
    commands = [outgoing(REMOVE), *dials(3)]
    outcomes, _ = place.sink().deliver(commands, NO_MARK)
    assert [(one.key, one.state) for one in outcomes] == [(c.key, "delivered") for c in commands]
    assert place.keys == [command.key for command in commands]
    assert place.column("payload") == [command.payload_json for command in commands]


def test_a_row_has_what_a_dialler_asks_for(place: Place) -> None:
    place.sink().deliver([outgoing(DIAL)], NO_MARK)
    names = ("command", "number", "contact_id", "contact_name", "campaign", "attempt", "redial")
    for name in (*names, "reason"):
        assert place.column(name) == [str(DIAL[name])]
    (is_copy,) = place.column("is_copy")
    assert is_copy in {"False", "0"}
    for name in ("due_at", "expires_at", "issued_at"):
        (text,) = place.column(name)
        assert text[:19] == DIAL[name][:19].replace("T", " ")
    assert place.column("coalesce(written_at, null)") != ["None"]


def test_a_copy_is_marked(place: Place) -> None:
    place.sink().deliver([outgoing(DIAL, copy=True)], NO_MARK)
    assert place.column("is_copy")[0] in {"True", "1"}


@pytest.mark.parametrize("again", ["same sink", "another run"])
def test_a_command_that_comes_again_changes_nothing(place: Place, again: str) -> None:
    sink = place.sink()
    sink.deliver(dials(2), NO_MARK)
    other = sink if again == "same sink" else place.sink()
    later = [outgoing(DIAL, key="dial|1", reason="attempt_2_of_3"), *dials(2, first=2)]
    assert states(other.deliver(later, NO_MARK)[0]) == ["delivered"] * 3
    assert place.keys == ["dial|1", "dial|2", "dial|3"]
    assert set(place.column("reason")) == {"attempt_1_of_3"}


@pytest.mark.parametrize(
    "text",
    ["O'Hara; drop table x; --", 'a "b" \\ c', "%s %% ?", "Žluťoučký 🐎", "a\nb\tc", "{}", "`"],
)
def test_what_a_record_says_is_only_ever_a_value(place: Place, text: str) -> None:
    command = outgoing(DIAL, key=f"dial|{text}|1", contact_name=text)
    assert states(place.sink().deliver([command], NO_MARK)[0]) == ["delivered"]
    assert place.column("contact_name") == [text]
    assert place.sink().recover({command.key, "dial|other"}, NO_MARK) == {command.key}


def test_keys_that_differ_by_a_capital_letter_are_two(place: Place) -> None:
    commands = [outgoing(DIAL, key=key) for key in ("dial|a", "dial|A", "dial|á")]
    assert states(place.sink().deliver(commands, NO_MARK)[0]) == ["delivered"] * 3
    assert place.sink().recover({"dial|A", "dial|Á"}, NO_MARK) == {"dial|A"}


def test_a_zero_in_a_name_stops_no_row(place: Place) -> None:
    command = outgoing(DIAL, key="dial|a\0b", contact_name="a\0b")
    assert states(place.sink().deliver([command], NO_MARK)[0]) == ["delivered"]
    assert place.sink().recover({command.key}, NO_MARK) == {command.key}


def test_what_can_be_no_row_is_refused_for_good_and_stops_no_other(place: Place) -> None:
    long, broken = outgoing(DIAL, key="d" * 513), OutgoingCommand("dial|0", "dial", "1", "[1]")
    outcomes, _ = place.sink().deliver([long, broken, *dials(1)], NO_MARK)
    assert states(outcomes) == ["refused_for_good", "refused_for_good", "delivered"]


def test_many_commands_are_inserted_by_hundreds(place: Place) -> None:
    commands = dials(1201)
    assert states(place.sink().deliver(commands, NO_MARK)[0]) == ["delivered"] * 1201
    assert place.keys == [command.key for command in commands]
    found = place.sink().recover({c.key for c in commands} | {"dial|0"}, NO_MARK)
    assert len(found) == 1201


def test_a_row_that_the_table_refuses_stops_no_other(place: Place) -> None:
    with place.opened() as database:
        quoted = place.quoted(database)
        statement = command_rows.table_statement(place.kind, quoted)
        database.change(f"drop table {quoted}")
        database.change(
            statement.replace(
                "contact_name ", "contact_name varchar(40) check (length(contact_name) < 20), x "
            )
        )
    commands = [outgoing(DIAL, key="dial|long", contact_name="x" * 30), *dials(2)]
    outcomes, _ = place.sink().deliver(commands, NO_MARK)
    assert states(outcomes) == ["refused_now", "delivered", "delivered"]
    assert outcomes[0].detail.startswith(f"{place.kind}: ")
    assert place.keys == ["dial|1", "dial|2"]


def test_a_row_that_another_unique_key_keeps_out_is_not_told_as_delivered(place: Place) -> None:
    """`on duplicate key` of MariaDB is silent then; the others refuse the statement."""
    place.execute(f"create unique index one_campaign on {TABLE} (campaign)")
    outcomes, _ = place.sink().deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["delivered", "refused_now"]
    assert place.keys == ["dial|1"]


# What is not there.


@pytest.mark.parametrize("fault", ["table", "column"])
def test_nothing_is_lost_while_the_table_cannot_be_written(place: Place, fault: str) -> None:
    changed: dict[str, object] = {}
    if fault == "table":
        changed = {"table": "missing"}
    else:
        place.execute(f"alter table {TABLE} drop column redial")
    outcomes, _ = place.sink(**changed).deliver(dials(3), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 3
    assert outcomes[0].detail.startswith(f"{place.kind}: ")


def test_nothing_is_lost_while_its_user_may_not_write(server_place: Place) -> None:
    outcomes, _ = server_place.sink(user="reader").deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 2
    assert "denied" in outcomes[0].detail


def test_a_database_that_is_not_there_is_asked_twice_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def nobody(*_: object) -> None:
        asked.append(1)
        raise DatabaseFault("nobody there")

    monkeypatch.setattr("reconcile.sinks.database_table.session", nobody)
    access = COMMAND_TABLES["sqlite"](path="x.db")
    options = {name: getattr(access, name) for name in [one.name for one in fields(access)]}
    sink = open_sink("sqlite", {"folder": tmp_path, **options})
    assert states(sink.deliver(dials(2), NO_MARK)[0]) == ["refused_now"] * 2
    assert states(sink.deliver(dials(2, first=3), NO_MARK)[0]) == ["refused_now"] * 2
    assert len(asked) == 2
    with pytest.raises(SinkUnreachable, match="sqlite: nobody there"):
        sink.recover({"dial|1"}, NO_MARK)


def test_a_wrong_password_is_told_without_it(server_place: Place) -> None:
    (server_place.folder / "password").write_text("wr0ng-one", encoding="utf-8")
    (outcome,), _ = server_place.sink().deliver(dials(1), NO_MARK)
    assert outcome.state == "refused_now"
    assert "wr0ng-one" not in outcome.detail


# What is checked beforehand.


def test_check_says_that_the_table_is_usable_and_writes_nothing(place: Place) -> None:
    assert place.sink().check() == f"`{TABLE}` can be read and has its columns and key"
    assert place.keys == []


def test_check_gives_the_statement_that_makes_the_table(place: Place) -> None:
    place.execute("drop table if exists other_commands")
    sink = place.sink(table="other_commands")
    with pytest.raises(SinkUnreachable) as caught:
        sink.check()
    statement = caught.value.what.partition("this makes it:\n")[2].removesuffix(";")
    place.execute(statement)
    assert "can be read" in sink.check()
    assert states(sink.deliver(dials(1), NO_MARK)[0]) == ["delivered"]


def test_check_misses_columns_and_the_key(place: Place) -> None:
    place.execute(f"alter table {TABLE} drop column redial")
    with pytest.raises(SinkUnreachable, match="lacks the columns `redial`"):
        place.sink().check()
    with place.opened() as database:
        statement = command_rows.table_statement(place.kind, place.quoted(database))
    place.execute(f"drop table {TABLE}", statement.replace(" not null unique,", " not null,", 1))
    with pytest.raises(SinkUnreachable, match="has no unique key of `command_key` alone"):
        place.sink().check()


# Servers that die.


def around_change(
    monkeypatch: pytest.MonkeyPatch, before: Callable[[], None], after: Callable[[], None]
) -> None:
    """Act once before and once after the statement of the next insertion."""
    acts = {"before": before, "after": after}

    def wrapped(real: Callable[..., int]) -> Callable[..., int]:
        def change(self: Any, statement: str, values: Any = ()) -> int:
            if not statement.startswith("insert"):
                return real(self, statement, values)
            acts.pop("before", lambda: None)()
            count = real(self, statement, values)
            acts.pop("after", lambda: None)()
            return count

        return change

    for owner in (
        mariadb.MariadbSession,
        postgresql.PostgresqlSession,
        sqlite.SqliteSession,
    ):
        monkeypatch.setattr(owner, "change", wrapped(owner.change))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_dies_round_the_insertion_loses_and_repeats_nothing(
    server_place: Place, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = server_place.own
    assert own is not None

    def kill() -> None:
        own.kill()

    def nothing() -> None:
        return None

    acts = (kill, nothing) if moment == "before" else (nothing, kill)
    with monkeypatch.context() as patch:
        around_change(patch, *acts)
        outcomes, _ = server_place.sink().deliver(dials(3), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 3
    server_place.back()
    assert server_place.keys == ([] if moment == "before" else ["dial|1", "dial|2", "dial|3"])
    assert states(server_place.sink().deliver(dials(4), NO_MARK)[0]) == ["delivered"] * 4
    assert server_place.keys == ["dial|1", "dial|2", "dial|3", "dial|4"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_that_breaks_round_the_insertion_is_made_anew(
    server_place: Place, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a restart of the server or a firewall: the same run has the truth over another one."""

    def cut() -> None:
        end = {
            "postgresql": "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid != pg_backend_pid() and backend_type = 'client backend'",
            "mariadb": "select group_concat(id) from information_schema.processlist "
            "where id != connection_id() and user = 'owner'",
        }[server_place.kind]
        with server_place.opened() as database:
            found = database.texts(end, [])
            if server_place.kind == "mariadb":
                for process in found[0].split(","):
                    database.change(f"kill {process}")

    def nothing() -> None:
        return None

    acts = (cut, nothing) if moment == "before" else (nothing, cut)
    with monkeypatch.context() as patch:
        around_change(patch, *acts)
        outcomes, _ = server_place.sink().deliver(dials(3), NO_MARK)
    assert states(outcomes) == ["delivered"] * 3
    assert server_place.keys == ["dial|1", "dial|2", "dial|3"]


def test_another_transaction_that_holds_the_key_is_waited_for_and_then_believed(
    server_place: Place,
) -> None:
    """A connection that broke may have left one behind on the server."""
    with server_place.opened() as left:
        table = server_place.quoted(left)
        left.change("begin")
        left.change(
            command_rows.insertion(server_place.kind, table, 1),
            command_rows.values_of(server_place.kind, dials(1)),
        )
        found: list[Outcome] = []
        thread = threading.Thread(
            target=lambda: found.extend(server_place.sink().deliver(dials(2), NO_MARK)[0])
        )
        thread.start()
        time.sleep(0.5)
        assert found == []
        left.change("commit")
        thread.join()
    assert states(found) == ["delivered"] * 2
    assert sorted(server_place.keys) == ["dial|1", "dial|2"]


def test_a_lock_is_waited_for_no_longer_than_is_set(server_place: Place) -> None:
    with server_place.opened() as holder:
        table = server_place.quoted(holder)
        if server_place.kind == "mariadb":
            holder.change(f"lock tables {table} write")
        else:
            holder.change("begin")
            holder.change(f"lock table {table} in exclusive mode")
        began = time.monotonic()
        outcomes, _ = server_place.sink(statement_seconds=1).deliver(dials(5), NO_MARK)
        assert time.monotonic() - began < 8
    assert states(outcomes) == ["refused_now"] * 5
    assert states(server_place.sink().deliver(dials(5), NO_MARK)[0]) == ["delivered"] * 5


def test_a_file_that_another_program_writes_is_waited_for(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    writer = sqlite3.connect(tmp_path / "commands.db", isolation_level=None)
    writer.execute("begin immediate")
    outcomes, _ = place.sink(statement_seconds=1).deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]
    assert "locked" in outcomes[0].detail
    writer.execute("commit")
    writer.close()
    assert states(place.sink().deliver(dials(1), NO_MARK)[0]) == ["delivered"]


def test_only_a_server_is_waited_for_with_the_state_closed(place: Place) -> None:
    assert place.sink().waits_for_network == (place.kind != "sqlite")
    assert place.sink().can_tell_repeats
    assert "exactly once" in place.sink().promise


def test_the_payload_is_what_a_file_would_have(place: Place) -> None:
    place.sink().deliver([outgoing(REMOVE)], NO_MARK)
    assert json.loads(place.column("payload")[0]) == REMOVE
    assert place.column("attempt") == ["None"]


def test_the_statement_of_the_readme_is_the_one_that_check_gives() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- command table -->\n```sql\n")[2].partition("```")[0]
    assert shown == f"{command_rows.table_statement('postgresql', TABLE)};\n"
