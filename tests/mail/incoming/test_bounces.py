import pytest

from service.mail.incoming.received import BounceReport
from tests.mail.incoming.shapes import mail, parsed, part

OURS = "<m1@studiedag.example>"
HEADERS = f"From: events@studiedag.example\r\nMessage-ID: {OURS}\r\nSubject: Bevestiging"
STATUS = "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Fri, 10 Mar 2023 10:30:00 +0100\r\n\r\n"
FIELDS = STATUS + (
    "Final-Recipient: rfc822; An@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <an@example.org>: user unknown"
)
REPORT = "multipart/report; report-type=delivery-status"
WORDS = part("text/plain", "I'm sorry to have to inform you")
FAILED = BounceReport(
    message_id=OURS,
    recipient="an@example.org",
    action="failed",
    status="5.1.1",
    words="550 5.1.1 <an@example.org>: user unknown",
)


def report(fields: str = FIELDS, original: str | None = None) -> bytes:
    kept = part("message/rfc822", f"{HEADERS}\r\n\r\nx") if original is None else original
    return mail(WORDS, part("message/delivery-status", fields), kept, top=REPORT)


@pytest.mark.parametrize(
    "original",
    [
        None,
        part("text/rfc822-headers", HEADERS),
        part("message/rfc822-headers", HEADERS),
        part("message/rfc822", f"{HEADERS}\r\n\r\nx", "Content-Transfer-Encoding: 8bit"),
        part("text/rfc822-headers", HEADERS.replace("Message-ID", "Message-Id").replace(OURS, f"\r\n {OURS}")),
    ],
)
def test_report_when_it_encloses_our_mail(original: str | None) -> None:
    read = parsed(report(original=original))

    assert read.bounces == (FAILED,)
    assert read.automatic


def test_report_when_exchange_writes_it() -> None:
    fields = (
        "Reporting-MTA: dns;VE1PR0.eurprd.example\r\n\r\nFinal-recipient: RFC822;an@example.org\r\nAction: failed\r\n"
        "Status: 5.1.10\r\nDiagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound"
    )
    source = mail(WORDS, part("message/delivery-status", fields), top=REPORT, more=f"In-Reply-To: {OURS}\r\n")

    (found,) = parsed(source).bounces
    assert (found.message_id, found.recipient, found.action, found.status) == (
        *(OURS, "an@example.org"),
        *("failed", "5.1.10"),
    )


def test_report_when_several_recipients_are_named_has_each() -> None:
    more = (
        "\r\n\r\nOriginal-Recipient: rfc822;bo@example.org\r\nFinal-Recipient: rfc822;x@y.be\r\n"
        "Action: delayed\r\nStatus: 4.4.1"
    )

    assert [(one.recipient, one.action) for one in parsed(report(FIELDS + more)).bounces] == [
        ("an@example.org", "failed"),
        ("bo@example.org", "delayed"),
    ]


@pytest.mark.parametrize("action", ["delayed", "Delivered", "relayed", "expanded"])
def test_report_when_it_is_no_failure_says_so(action: str) -> None:
    assert [one.action for one in parsed(report(FIELDS.replace("failed", action))).bounces] == [action.casefold()]


QMAIL = f"""Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.

<an@example.org>:
192.4.2.1 does not like recipient.
Remote host [198.51.4.1] said: 550 5.1.1 No such user

--- Below this line is a copy of the message.

Return-Path: <events@studiedag.example>
{HEADERS}

x
"""
EXIM = f"""This message was created automatically by mail delivery software.

  an@example.org
    SMTP error from remote mail server: 550 5.1.1 No such user

------ This is a copy of the message, including all the headers. ------

{HEADERS}
"""


@pytest.mark.parametrize(("head", "text"), [("", QMAIL), ("X-Failed-Recipients: an@example.org\r\n", EXIM)])
def test_bounce_when_it_is_older_than_reports(head: str, text: str) -> None:
    source = f"From: MAILER-DAEMON@mx.example.org\r\n{head}\r\n{text}".encode()

    (found,) = parsed(source).bounces
    assert (found.message_id, found.recipient, found.action, found.status) == (
        *(OURS, "an@example.org"),
        *("failed", "5.1.1"),
    )


@pytest.mark.parametrize(
    ("source", "message_id", "recipient"),
    [
        (report(original=""), "", "an@example.org"),
        (report(FIELDS.replace("Action: failed", "Action: exploded")), OURS, ""),
        (report(FIELDS.replace("An@example.org", "nobody")), OURS, ""),
        (report("x"), OURS, ""),
        (b"X-Failed-Recipients: an@example.org\r\n\r\nNo such user", "", "an@example.org"),
        (QMAIL.replace(OURS, "").encode().join([b"From: a@b.be\r\n\r\n", b""]), "", "an@example.org"),
        (b"From: a@b.be\r\n\r\n" + QMAIL.replace("<an@example.org>:", "An:").encode(), OURS, ""),
    ],
)
def test_bounce_when_it_says_too_little_says_that_something_failed(
    source: bytes, message_id: str, recipient: str
) -> None:
    (found,) = parsed(source).bounces

    assert (found.message_id, found.recipient, found.action) == (message_id, recipient, "failed")


def test_mail_when_it_reports_nothing_is_no_bounce() -> None:
    assert parsed(mail(WORDS, part("message/rfc822", HEADERS), top="multipart/mixed")).bounces == ()
