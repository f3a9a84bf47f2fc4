"""A mail to send, and who opens sessions to send it in."""

from collections.abc import Callable

from service.mail.transport import Parcel, SmtpTransport

SOURCE = b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n.dot\r\nend\r\n"
PARCEL = Parcel("a@example.org", "b@example.org", SOURCE)
Connect = Callable[..., SmtpTransport]


def opened(transport: SmtpTransport) -> SmtpTransport:
    transport.open()
    return transport
