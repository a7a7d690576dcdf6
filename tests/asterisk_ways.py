"""How a sink of a test tells the real Asterisk to dial, as TOML of `[sinks.asterisk]`.

A way is one of `WAYS`; either party is called first (`ORDERS`), and `DESTINATIONS` are the places
where whoever answers lands, other than the extensions of `ORDERS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from real_asterisk import PhoneSystem

ARI, AMI, CALL_FILE = WAYS = ("ari", "ami", "call_file")
CUSTOMER_FIRST, AGENT_FIRST = ORDERS = ("customer_first", "agent_first")

_SIGNED_IN = 'user = "reconcile"\npassword = {{ env = "ASTERISK_PASSWORD" }}\n'
_TOLD = {
    ARI: 'kind = "ari"\nurl = "http://127.0.0.1:{http_port}/ari"\n' + _SIGNED_IN,
    AMI: 'kind = "ami"\nport = {ami_port}\n' + _SIGNED_IN,
    CALL_FILE: 'kind = "call_file"\nspool = "{folder}/spool"\n',
}
_CLIENT = 'endpoint = "IAX2/trunk/{number}"\n'
_DESK = 'endpoint = "Local/101@desks/n"\n'
_OF_HIS_QUEUE = 'endpoint = "Local/{queue}@queues/n"\ndefault_queue = "sales"\n'
_EXTENSIONS = {
    CUSTOMER_FIRST: _CLIENT + 'context = "callback"\n',
    AGENT_FIRST: _DESK + 'context = "outgoing"\nextension = "{number}"\n',
}
_QUEUE_EXTENSION = _CLIENT + 'context = "queues"\nextension = "{queue}"\ndefault_queue = "sales"\n'
_QUEUE = _CLIENT + 'queue = "{queue}"\ndefault_queue = "sales"\n'
_DIAL = 'application = "Dial"\ndata = "IAX2/trunk/{number},20"\n'
DESTINATIONS = {
    "an extension that is his queue": (WAYS, CUSTOMER_FIRST, _QUEUE_EXTENSION),
    "his queue": ((AMI, CALL_FILE), CUSTOMER_FIRST, _QUEUE),
    "an application": (
        (AMI, CALL_FILE),
        CUSTOMER_FIRST,
        _CLIENT + 'application = "Queue"\ndata = "{queue},t,,,60"\ndefault_queue = "sales"\n',
    ),
    "an application that calls the client": ((AMI, CALL_FILE), AGENT_FIRST, _DESK + _DIAL),
    "an operator of his queue first": (
        WAYS,
        AGENT_FIRST,
        _OF_HIS_QUEUE + 'context = "outgoing"\nextension = "{number}"\n',
    ),
}
"""By what ways, who is called first, and the keys that say whom to call and where he lands."""


def sink(
    phones: PhoneSystem,
    way: str,
    order: str,
    *,
    keys: str = "",
    ring_seconds: int = 60,
    answer_seconds: int | None = None,
) -> str:
    """Write the settings of the sink; `keys` take the place of those that lead to an extension."""
    pbx = phones.pbx
    told = _TOLD[way].format(http_port=pbx.http_port, ami_port=pbx.ami_port, folder=pbx.folder)
    is_named = way != CALL_FILE or "{queue}@" not in keys
    if answer_seconds is not None:
        told += f"answer_seconds = {answer_seconds}\n"
    shown = "{name} <{number}>" if is_named else "{name} {digits} <+420200000410>"
    return (
        f'[sinks.asterisk]\n{told}dial = "{order}"\n{keys or _EXTENSIONS[order]}'
        f'caller_id = "{shown}"\nring_seconds = {ring_seconds}\n'
    )
