from __future__ import annotations

import re
import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.phone_numbers import (
    FORMULA_SIGN,
    MAX_LENGTH,
    RULES_VERSION,
    metadata_version,
    opaque,
    parse,
)


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("700610302", "+420700610302"),
        ("+420 (700) 610-172", "+420700610172"),
        ("00420 700 610 113", "+420700610113"),
        ("(+420) 700.610.113", "+420700610113"),
        ("420700610120", "+420700610120"),
        ("+49 30 23125-109", "+493023125109"),
        ("+420\N{NO-BREAK SPACE}700\N{NARROW NO-BREAK SPACE}610\N{EN DASH}302", "+420700610302"),
        ("\N{LEFT-TO-RIGHT EMBEDDING}+420700610302\N{POP DIRECTIONAL FORMATTING}", "+420700610302"),
        ("\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH DIGIT FOUR}20700610302", "+420700610302"),
        ("٧٠٠٦١٠٣٠٢", "+420700610302"),
        ("+420 (0) 700 610 302", "+420700610302"),
        ("00420 (0) 700 610 302", "+420700610302"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("tel:+420-700-610-302", "+420700610302"),
        ("tel:200500306;phone-context=+420", "+420200500306"),
        ("sip:700610302@192.0.2.1:5060;user=phone", "+420700610302"),
        ("SIP:+420700610302@example.com", "+420700610302"),
        ("700610302@192.0.2.1", "+420700610302"),
    ],
)
def test_spellings_of_one_number_are_read_alike(raw, e164):
    number = parse(raw, region="CZ")
    assert (number.e164, number.number_class, number.extension) == (e164, "valid", None)


@pytest.mark.parametrize(
    ("raw", "extension"),
    [
        ("200 500 306 ext. 12", "12"),
        ("200 500 306, Extension 12", "12"),
        ("200500306 (ext 12)", "12"),
        ("200500306x12", "12"),
        ("200500306#12", "12"),
        ("200500306,12", "12"),
        ("200500306,,12#", "12"),
        ("200500306;ext=12", "12"),
        ("tel:+420200500306;ext=12", "12"),
        ("sip:200500306;ext=12@example.com", "12"),
        ("200500306 доб. 12", "12"),
        ("200500306 ДОБ 007", "007"),
    ],
)
def test_an_extension_keeps_its_own_field(raw, extension):
    number = parse(raw, region="CZ")
    assert (number.e164, number.extension) == ("+420200500306", extension)


@pytest.mark.parametrize("raw", ["+447700900137", "0033 6 39 98 01 10"])
def test_a_possible_number_in_no_plan_is_flagged_and_keeps_its_form(raw):
    number = parse(raw, region="CZ")
    assert number.number_class == "possible"
    assert number.e164 in ("+447700900137", "+33639980110")
    assert number.remark == "possible, but in no numbering plan"


@pytest.mark.parametrize(
    "raw",
    [
        *("", "  ", "-", "--", "anonymous", "Anonymous", "UNKNOWN", "private", "restricted"),
        *(
            "withheld",
            "unavailable",
            "+266696687",
            "+7378742833",
            "sip:anonymous@anonymous.invalid",
            "sip:@x",
        ),
    ],
)
def test_a_number_not_given_is_withheld(raw):
    assert parse(raw, region="CZ").number_class == "withheld"


@pytest.mark.parametrize(
    "raw",
    [
        "4.2073E+11",
        "7,73E+016",
        "4E11",
        "=4.2073E+11",
        "420700610105.0",
        "420700610105,00",
        "420700610105.0 ext 5",
        "########",
        "#N/A",
        "#REF!",
    ],
)
def test_a_number_that_a_spreadsheet_made_a_quantity_is_damaged(raw):
    number = parse(raw, region="CZ")
    assert (number.e164, number.number_class) == (None, "damaged")


@pytest.mark.parametrize(
    "raw",
    [
        "linka 14",
        "+420 200 500 306 linka 14",
        "700610302 kl. 3",
        "+1 800 FLOWERS",
        "sip:alice@x",
        "700610302 or 700610303",
        "700610302x",
        "=HYPERLINK(1)",
        "200500306 x 700610302",
    ],
)
def test_letters_that_are_no_extension_mark_refuse_the_number(raw):
    number = parse(raw, region="CZ")
    assert (number.e164, number.number_class) == (None, "letters")


@pytest.mark.parametrize("raw", ["12", "112", "1000", "20012", "00112", "sip:101@pbx", "10 01"])
def test_two_to_five_digits_are_no_client(raw):
    number = parse(raw, region="CZ")
    assert (number.e164, number.number_class) == (None, "short")


@pytest.mark.parametrize(
    ("raw", "remark"),
    [
        ("+420 999 12", "wrong length"),
        ("7", "wrong length"),
        ("123456", "wrong length"),
        ("+999700610302", "no country code that is known"),
        ("7" * (MAX_LENGTH + 1), "longer than 250 signs"),
        ("700610302\n", "a control character"),
        ("700\x00610302", "a control character"),
        ("700|610302", "signs that stand in no number"),
        ('"700610302"', "signs that stand in no number"),
        ("'700610302", "signs that stand in no number"),
        ("700$610302", "signs that stand in no number"),
        ("700610302;700610303", "signs that stand in no number"),
        ("700610302, 700610303", "signs that stand in no number"),
        ("700 610 302¹", "signs that stand in no number"),
        ("*31#700610302", "signs that stand in no number"),
        ("++420700610302", "signs that stand in no number"),
    ],
)
def test_what_is_no_number_is_impossible_and_says_why(raw, remark):
    number = parse(raw, region="CZ")
    assert (number.e164, number.number_class, number.remark) == (None, "impossible", remark)


def test_a_local_number_without_its_area_code_is_not_callable():
    number = parse("555-0123", region="US")
    assert (number.e164, number.number_class) == (None, "impossible")
    assert number.remark == "local only: the area code is missing"


@pytest.mark.parametrize("raw", ["=700610315", "=+420700610315", "@700610315", "-700610315"])
def test_a_formula_sign_in_front_is_taken_off_and_remarked(raw):
    number = parse(raw, region="CZ")
    assert (number.e164, number.remark) == ("+420700610315", FORMULA_SIGN)


def test_the_region_decides_how_a_national_number_is_read():
    assert parse("020 7946 0123", region="GB").e164 == "+442079460123"
    assert parse("700610302", region="cz").e164 == "+420700610302"


@pytest.mark.parametrize("region", ["", "XX"])
def test_without_a_known_region_only_full_numbers_are_read(region):
    assert parse("700610302", region=region).number_class == "impossible"
    assert parse("+420700610302", region=region).number_class == "valid"


_HOSTILE = st.text(st.characters(exclude_categories=[]), max_size=300)
_NEARLY = st.text("0123456789+-()/.,;#x= \tEe\"'|$@\u0665\uff15\ud800\x00", max_size=40)


@given(st.one_of(_HOSTILE, _NEARLY), st.sampled_from(["CZ", "US", "IT", "", "XX"]))
@example("\ud800", "CZ")
@example("\x00", "CZ")
@example("9" * 100_000, "CZ")
@example("ext" * 80, "CZ")
@example("(" * 250, "CZ")
def test_no_text_raises_and_only_callable_classes_have_a_form(raw, region):
    number = parse(raw, region=region)
    assert (number.e164 is not None) == (number.number_class in ("valid", "possible"))
    assert number.e164 is None or re.fullmatch(r"\+[0-9]{4,17}", number.e164)
    assert number.extension is None or re.fullmatch(r"[0-9]{1,8}", number.extension)


@given(_NEARLY)
def test_the_form_of_a_form_is_itself(raw):
    first = parse(raw, region="CZ")
    again = parse(first.e164, region="US") if first.e164 else first
    assert (again.e164, again.number_class) == (first.e164, first.number_class)


def test_an_opaque_key_is_taken_as_it_is():
    number = opaque("  Client 17/b ")
    assert (number.e164, number.number_class) == ("Client 17/b", "opaque")


@pytest.mark.parametrize(
    ("raw", "number_class"),
    [
        ("", "withheld"),
        ("  ", "withheld"),
        ("a\nb", "impossible"),
        ("\ud800", "impossible"),
        ("k" * (MAX_LENGTH + 1), "impossible"),
    ],
)
def test_an_opaque_key_that_cannot_be_kept_has_no_form(raw, number_class):
    number = opaque(raw)
    assert (number.e164, number.number_class) == (None, number_class)


def test_the_metadata_version_names_library_and_rules():
    assert metadata_version() == f"{phonenumbers.__version__}/{RULES_VERSION}"


def test_the_library_is_imported_only_when_a_number_is_read():
    code = "import sys, reconcile.phone_numbers; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
