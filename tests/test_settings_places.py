"""The line of each key: right, or not told."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from reconcile.settings.literals import literal
from reconcile.settings.places import key_lines


def lines_of(text: str) -> dict[str, int]:
    return {"/".join(path): line for path, line in key_lines(text, tomllib.loads(text)).items()}


def test_keys_tables_and_dotted_keys_have_their_line() -> None:
    text = 'a = 1\n[b.c] # d = 1\n\nd.e = 2\n"f g".h = 3\n'
    assert lines_of(text) == {
        "a": 1,
        "b": 2,
        "b/c": 2,
        "b/c/d": 4,
        "b/c/d/e": 4,
        "b/c/f g": 5,
        "b/c/f g/h": 5,
    }


def test_keys_of_inline_tables_have_their_line() -> None:
    assert lines_of("a = { b = { c = 1 }, d.e = [1,\n2], f = 3 }\ng = 4") == {
        "a": 1, "a/b": 1, "a/b/c": 1, "a/d": 1, "a/d/e": 1, "a/f": 2, "g": 3,
    }  # fmt: skip


def test_what_looks_like_a_key_inside_a_text_is_none() -> None:
    text = 'a = \'\'\'\nb = 1\n[c]\n\'\'\'\nd = """\ne = 1 \\""" \n""""\nb = "x # y = 1"\n'
    assert lines_of(text) == {"a": 1, "d": 5, "b": 8}


def test_keys_inside_arrays_are_not_told() -> None:
    text = 'a = [\n  { b = 1 }, # ]\n  "]",\n]\n[[c]]\nd = 1\n[c.e]\nf = 1\n[g]\n'
    assert lines_of(text) == {"a": 1, "c": 5, "g": 9}


def test_a_table_mentioned_twice_has_its_first_line() -> None:
    assert lines_of("[a.b]\nx = 1\n[a]\ny = 1\n") == {"a": 1, "a/b": 1, "a/b/x": 2, "a/y": 4}


def test_windows_line_ends_count_once() -> None:
    assert lines_of("a = 1\r\n\r\nb = 2\r\n") == {"a": 1, "b": 3}


def test_a_quoted_key_is_read_like_tomllib_does() -> None:
    assert lines_of('"\\u0061\\"b" = 1\n\'c"\' = 2\n') == {'a"b': 1, 'c"': 2}


NAMES = st.one_of(
    st.from_regex(r"[a-z_-]{1,3}", fullmatch=True),
    st.text(alphabet="a.\"'# =[]\\é", min_size=1, max_size=4).map(literal),
)
TEXTS = st.text(alphabet="ab\"'#=[]{},\n\\ ", max_size=12)
VALUES = st.one_of(
    st.integers().map(str),
    TEXTS.map(literal),
    TEXTS.filter(lambda text: "'''" not in text and not text.endswith("'")).map("'''{}'''".format),
    TEXTS.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"""', '""\\"') + ' """'),
    st.lists(TEXTS.map(literal), max_size=3).map(
        lambda parts: "[\n" + ", # ]\n".join(parts) + "\n]"
    ),
    st.just("1979-05-27 07:32:00"),
)


@st.composite
def toml_texts(draw: st.DrawFn) -> tuple[str, dict[tuple[str, ...], int]]:
    """A text of tables, keys and inline tables, each name once, and the line of each."""
    text, lines = "", {}
    tables = draw(st.lists(NAMES, max_size=3, unique_by=plain))
    for table in ["", *tables]:
        prefix: tuple[str, ...] = ()
        if table:
            prefix = (plain(table),)
            lines[prefix] = text.count("\n") + 1
            text += f"[ {table} ] # x = 1\n"
        taken = {plain(one) for one in tables} if not table else set()
        for name in draw(st.lists(NAMES, max_size=3, unique_by=plain)):
            if plain(name) in taken:
                continue
            text += draw(st.sampled_from(["", "\n", "# y = 1\n", "\t"]))
            path = (*prefix, plain(name))
            lines[path] = text.count("\n") + 1
            inner = draw(st.none() | NAMES)
            if inner is None:
                text += f"{name} = {draw(VALUES)}\n"
            else:
                lines[(*path, plain(inner))] = lines[path]
                text += f"{name} = {{ {inner} = {draw(VALUES)} }} # z = 1\n"
    return text, lines


def plain(name: str) -> str:
    return next(iter(tomllib.loads(f"{name} = 1")))


@given(toml_texts())
def test_each_key_of_a_random_text_has_its_line(
    case: tuple[str, dict[tuple[str, ...], int]],
) -> None:
    text, lines = case
    assert key_lines(text, tomllib.loads(text)) == lines
