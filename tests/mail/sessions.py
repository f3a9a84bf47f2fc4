"""A mail to send, and who opens sessions to send it in."""

from collections.abc import Callable, Mapping
from typing import Any

from service.mail.transport import Parcel, SmtpTransport

SOURCE = b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n.dot\r\nend\r\n"
PARCEL = Parcel("a@example.org", "b@example.org", SOURCE)
Connect = Callable[..., SmtpTransport]
Times = Mapping[str, Any]
PATIENT: Times = {"wait": 20, "exchange": 40}
"""Whatever else the machine does, a server that answers is waited for."""
IMPATIENT: Times = {"wait": 0.4, "exchange": 0.8}
"""For a server that does not."""
IN_TIME = 15
"""Seconds within which a transport without patience ends on any machine; without a deadline it would wait for ever."""


def opened(transport: SmtpTransport) -> SmtpTransport:
    transport.open()
    return transport
