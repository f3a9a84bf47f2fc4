"""A parsed mail between the two processes: one line of JSON."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from service.mail.incoming.received import BounceReport, CalendarReply, ReceivedMail


def packed(mail: ReceivedMail) -> bytes:
    """Without a line end inside."""
    return json.dumps(asdict(mail), default=_instant).encode()


def unpacked(answer: bytes) -> ReceivedMail:
    """The same mail again.

    :raises ValueError, TypeError, KeyError: the other process said something else.
    """
    values: dict[str, Any] = json.loads(answer)
    return ReceivedMail(
        **{
            **values,
            "received_at": datetime.fromisoformat(values["received_at"]),
            "recipients": tuple(values["recipients"]),
            "references": tuple(values["references"]),
            "replies": tuple(_reply(one) for one in values["replies"]),
            "bounces": tuple(BounceReport(**one) for one in values["bounces"]),
        }
    )


def _reply(values: dict[str, Any]) -> CalendarReply:
    stamp = values["stamp"]
    return CalendarReply(**{**values, "stamp": datetime.fromisoformat(stamp) if stamp else None})


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(value)
