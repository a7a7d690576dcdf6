"""Countries, by which numbers are read, and time zones, by which times are."""

from __future__ import annotations

from reconcile.settings.forms import Form, Unfit

# The regions of the phone number library, so that a wrong code is found without loading it.
_CODES = (
    "AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC "
    "EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB "
    "LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY "
    "MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL "
    "TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
REGIONS = frozenset(_CODES.split())
_EXPECTED = "a country code of ISO 3166 in two capitals, such as `CZ`, `DE` or `GB`"


def region() -> Form:
    """Accept a country."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in REGIONS:
            raise Unfit(value, _EXPECTED)
        return value

    return Form(_EXPECTED, read)


def time_zone() -> Form:
    """Accept a zone of the IANA database."""
    expected = "a time zone such as `UTC` or `Europe/Prague`"

    def read(value: object) -> str:
        if value == "UTC":
            return "UTC"
        if not isinstance(value, str) or not _is_zone(value):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most sources stand in UTC

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no key of a zone; a folder of zones
        return False
    return True
