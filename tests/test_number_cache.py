from __future__ import annotations

import subprocess
import sys

from reconcile import number_cache, phone_numbers


def ask(connection, *texts):
    connection.execute(
        "create or replace table core.number_texts "
        "(number_raw varchar, region varchar, numbers varchar)"
    )
    for text in texts:
        connection.execute("insert into core.number_texts values ($1, $2, $3)", list(text))


def held(connection):
    return connection.execute(
        "select number_raw, region, e164, number_class from raw.phone_numbers order by all"
    ).fetchall()


def test_a_text_is_read_once_and_its_answer_kept(connection):
    ask(connection, ("700 610 302", "CZ", "e164"), ("200500306 ext 12", "CZ", "e164"))
    assert number_cache.fill(connection) == 2
    assert number_cache.fill(connection) == 0
    assert held(connection) == [
        ("200500306 ext 12", "CZ", "+420200500306", "valid"),
        ("700 610 302", "CZ", "+420700610302", "valid"),
    ]
    row = connection.execute(
        "select extension, metadata_version from raw.phone_numbers where extension is not null"
    ).fetchall()
    assert row == [("12", phone_numbers.metadata_version())]


def test_an_opaque_key_is_kept_under_no_region(connection):
    ask(connection, ("1001", "CZ", "opaque"), ("1001", "CZ", "e164"))
    number_cache.fill(connection)
    assert held(connection) == [("1001", "", "1001", "opaque"), ("1001", "CZ", None, "short")]


def test_a_missing_text_is_kept_as_an_empty_one(connection):
    ask(connection, (None, "CZ", "e164"))
    number_cache.fill(connection)
    assert held(connection) == [("", "CZ", None, "withheld")]


def test_answers_of_another_version_are_replaced(connection):
    connection.execute(
        "insert into raw.phone_numbers by name select '700610302' as number_raw, 'CZ' as region, "
        "'8.0.0/1' as metadata_version, '+1' as e164, 'valid' as number_class"
    )
    ask(connection, ("700610302", "CZ", "e164"))
    number_cache.fill(connection)
    assert held(connection) == [("700610302", "CZ", "+420700610302", "valid")]


def test_nothing_asked_imports_no_library_and_deletes_nothing():
    code = """
import sys
from reconcile import database, number_cache
with database.connect(":memory:") as connection:
    database.migrate(connection)
    connection.execute("create schema if not exists core")
    connection.execute(
        "create table core.number_texts (number_raw varchar, region varchar, numbers varchar)"
    )
    assert number_cache.fill(connection) == 0
sys.exit("phonenumbers" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
