"""What can go wrong between this program and mluvii.

Fault                what went wrong, and whether the request may have been carried out
├── Unreachable      no answer, or none that could be used, within the time that is given
├── NotSignedIn      it does not know who asks: a login page, 401, or refused credentials
├── Refused          it understood and said no
└── Unreadable       it answered with something else than its published models
"""

from __future__ import annotations


class Fault(Exception):
    """What went wrong, in a sentence; `may_have_arrived` where the request may have had effect."""

    def __init__(self, what: str, *, hint: str = "", may_have_arrived: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.may_have_arrived = may_have_arrived


class Unreachable(Fault):
    """No answer, or only "later", within the time that is given."""


class NotSignedIn(Fault):
    """The credentials are refused, or a token is even when it is fresh."""


class Refused(Fault):
    """A request was understood and refused; `status` is the one of HTTP."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(what)
        self.status = status


class Unreadable(Fault):
    """An answer is no JSON, or not what the published models say."""
