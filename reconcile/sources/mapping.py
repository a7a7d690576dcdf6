"""Run the user's select over `input` in a database of its own, and check what it gives."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from reconcile import database, queries
from reconcile.errors import SourceUnreadable, SqlFileInvalid
from reconcile.sources.canonical import PLACE, Column, Kind, Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

# Two candidates in the hour that comes twice: DuckDB takes the later one, an hour earlier can be
# meant as well where it shows the same wall time.
_MACROS = """
create macro utc_late(local_at, zone) as
    (cast(local_at as timestamp) at time zone zone) at time zone 'UTC';
create macro utc_early(local_at, zone) as
    utc_late(cast(local_at as timestamp) - interval '1 hour', zone) + interval '1 hour';
create macro utc(local_at, zone) as
    case
        when utc_early(local_at, zone) < utc_late(local_at, zone)
            and (utc_early(local_at, zone) at time zone 'UTC') at time zone zone
                = cast(local_at as timestamp)
            then utc_early(local_at, zone)
        else utc_late(local_at, zone)
    end;
create macro utc_after(local_at, zone, earliest) as
    case
        when utc(local_at, zone) >= cast(earliest as timestamp) then utc(local_at, zone)
        else utc_late(local_at, zone)
    end;
"""
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_INSTANTS = ("TIMESTAMP", "DATE", "VARCHAR", '"NULL"')
_WHOLES = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT", '"NULL"')
_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")


class Mapping(NamedTuple):
    """A select (`origin` names its file) and what its rows become.

    It is one of the user, or one that is shipped for a kind of source: such a one finds the `keys`
    of the settings that it needs in the one row of `source_keys`.
    """

    text: str
    origin: str
    target: Target
    keys: tuple[tuple[str, str | None], ...] = ()


def shipped_mapping(
    name: str, target: Target, keys: tuple[tuple[str, str | None], ...] = ()
) -> Mapping:
    """The select of a file of `sql/`, by its name, such as `staging.mluvii_calls`."""
    return Mapping(queries.load(name).text, f"sql/{name.replace('.', '/')}.sql", target, keys)


def read_mapping(folder: Path, path: str | Mapping, target: Target) -> Mapping:
    """Read the file of a select; one that is shipped is ready. Raises SqlFileInvalid."""
    if isinstance(path, Mapping):
        return path
    try:
        return Mapping((folder / path).read_text(encoding="utf-8-sig"), path, target)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SqlFileInvalid(f"`{path}` cannot be read: {reason}") from error


@contextmanager
def workshop(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory for selects of the user, never the state.

    Relative file names in a select stand for files in `folder`. Offers `utc(local, zone)`, the UTC
    timestamp of a local wall time (the first one in the hour that comes twice), and
    `utc_after(local, zone, earliest)`, the first one that is not before a UTC timestamp.
    """
    with database.connect(":memory:") as connection:
        path = str(folder.absolute()).replace("'", "''")
        connection.execute(f"set file_search_path = '{path}'")
        connection.execute(_MACROS)
        yield connection


def prepare(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> str:
    """Check a select against `input` and its target; returns the select of checked rows.

    Raises SqlFileInvalid, with the list of canonical columns where they are not met.
    """
    import duckdb  # noqa: PLC0415 - a run without news opens no mapping

    try:
        statements = connection.extract_statements(mapping.text)
        kinds = [statement.type for statement in statements]
        if kinds != [duckdb.StatementType.SELECT] or statements[0].named_parameters:
            raise SqlFileInvalid(f"`{mapping.origin}` is not one select without parameters")
        text = statements[0].query.strip().rstrip(";")
        _offer_keys(connection, mapping)
        connection.execute(f"create or replace temp view mapping as\n{text}")
        described = connection.execute("describe mapping").fetchall()
    except duckdb.IOException as error:
        raise SourceUnreadable(f"`{mapping.origin}`: {first_line(error)}") from error
    except duckdb.Error as error:
        line = _LINE.search(str(error)) if isinstance(error, duckdb.ParserException) else None
        place = f" in line {line[1]}" if line else ""
        hint = _input_columns(connection) if isinstance(error, duckdb.BinderException) else ""
        raise SqlFileInvalid(
            f"`{mapping.origin}`: {first_line(error)}{place}", hint=hint
        ) from error
    types = {str(row[0]).lower(): str(row[1]) for row in described}
    _check_columns(mapping, types)
    return _checked_select(mapping.target, types)


def _offer_keys(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make the one row of `source_keys`."""
    if mapping.keys:
        columns = ", ".join(f'"{name}" varchar' for name, _ in mapping.keys)
        connection.execute(f"create or replace temp table source_keys ({columns})")
        marks = ", ".join(f"${place}" for place in range(1, len(mapping.keys) + 1))
        connection.execute(
            f"insert into source_keys values ({marks})",  # noqa: S608 - marks only
            [value for _, value in mapping.keys],
        )


def first_line(error: Exception) -> str:
    """The first line of one of DuckDB's messages; the others show text around the place."""
    return str(error).partition("\n")[0]


def _input_columns(connection: duckdb.DuckDBPyConnection) -> str:
    names = [f"`{row[0]}`" for row in connection.execute("describe input").fetchall()]
    return (
        f"`input` has the columns {', '.join(names)}; a field of JSON is one as soon as a record "
        "has it"
    )


def _check_columns(mapping: Mapping, types: dict[str, str]) -> None:
    target = mapping.target
    own = {f"input_{column.name}": column for column in PLACE}
    known = own | {column.name: column for column in (*target.columns, *PLACE)}
    faults = [
        f"lacks `{column.name}`"
        for column in target.columns
        if column.is_required and column.name not in types
    ]
    if target.one_of and not any(name in types for name in target.one_of):
        faults.append(f"gives none of `{'`, `'.join(target.one_of)}`")
    if target.is_strict:
        faults += [f"gives `{name}`, which is no column" for name in types if name not in known]
    faults += [
        f"gives `{name}` as {types[name]}, expected {column.kind.value}"
        for name, column in known.items()
        if name in types and not _is_castable(column, types[name])
    ]
    if faults:
        raise SqlFileInvalid(
            f"`{mapping.origin}` {'; '.join(faults)}",
            hint=f"the columns of a {target.noun} are: {target.described()}",
        )


def _is_castable(column: Column, type_name: str) -> bool:
    if column.kind is Kind.INSTANT:
        return type_name.startswith(_INSTANTS)
    if column.kind is Kind.WHOLE:
        return type_name in _WHOLES or column in PLACE
    return not (type_name.endswith("]") or type_name.startswith(_NESTED))


def _checked_select(target: Target, types: dict[str, str]) -> str:
    """The select that casts, and says of each row what is wrong with it."""
    columns = (*target.columns, *PLACE)
    casts = [f'{_cast(column, types)} as "{column.name}"' for column in columns]
    problems = [problem for column in target.columns for problem in _problems(column, types)]
    listed = ", ".join(f'"{column.name}"' for column in columns)
    return (
        f"select {listed}, problem, "  # noqa: S608 - names of our own
        "case when problem != '' then cast(to_json(original) as varchar) end as record\n"
        f"from (select *, concat_ws('; ', {', '.join(problems)}) as problem\n"
        f"from (select mapping as original, {', '.join(casts)} from mapping))"
    )


def _cast(column: Column, types: dict[str, str]) -> str:
    own = f"input_{column.name}" if column in PLACE else ""
    name = own if own in types else column.name
    if name not in types:
        return "null"
    value = f'mapping."{name}"'
    if column.kind is Kind.TEXT:
        text = f"cast({value} as varchar)"
        return f"case when trim({text}) != '' then {text} end"
    if column.kind is Kind.WHOLE:
        return f"try_cast({value} as bigint)"
    if types[name] == "VARCHAR":
        value = f"try_cast(nullif(trim({value}), '') as timestamptz)"
    # The session stands in UTC, so that an instant with an offset is cast to UTC.
    instant = f"date_trunc('second', cast({value} as timestamp))"
    # What Python cannot hold is no instant of a call either.
    is_held = f"isfinite({instant}) and year({instant}) between 1 and 9999"
    return f"case when {is_held} then {instant} end"


def _problems(column: Column, types: dict[str, str]) -> Iterator[str]:
    name = column.name
    text = f"""cast(original."{name}" as varchar)""" if name in types else "null"
    if column.kind is Kind.INSTANT and name in types:
        yield (
            f"""case when "{name}" is null and trim({text}) != '' """
            f"""then '`{name}` holds `' || left({text}, 80) || '`, expected an instant' end"""
        )
    if column.is_required:
        is_empty = f"coalesce(trim({text}), '') = ''"
        yield f"case when {is_empty} then '`{name}` is empty' end"
    yield "null"
