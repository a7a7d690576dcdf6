"""Tell an address that an alert has begun or is over; one that takes nothing stops nothing."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from reconcile import clock, http_exchange
from reconcile.errors import SettingInvalid
from reconcile.http_exchange import AnswerLost, NotConnected, NotSent
from reconcile.http_peer import Peer, target_of
from reconcile.sinks import webhook_answers, webhook_request

if TYPE_CHECKING:
    from reconcile.settings import Settings
    from reconcile.settings.alerts import Alert, AlertWebhook

_VERSION = 1
_RAISED, _WELL = "raised", "well"


def tell(settings: Settings, alert: Alert, one: dict[str, Any]) -> list[str]:
    """POST the state of an alert where it is another one than was told last, noted in `one`.

    Gives lines that say why it was not taken; none where it was, or where there is nothing to tell.
    """
    state = _RAISED if one["rows"] > alert.rows_over else _WELL
    if alert.webhook is None or state == one.get("told", _WELL):
        return []
    body = json.dumps(
        {
            "version": _VERSION,
            "alert": alert.name,
            "state": state,
            "report": alert.report,
            "rows": one["rows"],
            "rows_over": alert.rows_over,
            "days": alert.days,
            "counted_at": one["slot_at"],
        },
        ensure_ascii=False,
    ).encode()
    why = _post(settings, alert.webhook, body, f"alert|{alert.name}|{state}|{one['slot_at']}")
    if not why:
        one["told"] = state
        return []
    return [
        f"the webhook of the alert `{alert.name}` did not take that it is {state}",
        why,
        "It is told at the next slot; everything else goes on",
    ]


def _post(settings: Settings, webhook: AlertWebhook, body: bytes, key: str) -> str:
    """Send one request; give why it was not taken."""
    options: dict[str, Any] = {part.name: getattr(webhook, part.name) for part in fields(webhook)}
    peer = Peer.of({**options, "folder": settings.folder})
    epoch = clock.to_epoch(clock.utc_now())
    try:
        known = webhook_request.credentials(
            webhook.signing_secret, webhook.token, (), settings.folder
        )
        headers = webhook_request.headers_for(key, body, known, epoch=epoch)
        answer = http_exchange.exchange(
            peer, "POST", target_of(webhook.url), headers=headers, body=body
        )
    except SettingInvalid as problem:
        return problem.what
    except (NotConnected, NotSent, AnswerLost) as error:
        return f"{peer.place}: {error}"
    if webhook_answers.verdict(answer.status).state == "delivered":
        return ""
    return known.without_secrets(f"{peer.place}: {webhook_answers.told(answer)}")
