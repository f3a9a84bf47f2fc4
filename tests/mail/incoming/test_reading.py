import pytest

from service.mail.incoming.received import UnreadableError
from tests.mail.incoming.shapes import AT, GMAIL, mail, parsed, part


def plain(*head: str, body: str = "x") -> bytes:
    return "\r\n".join((*head, "", body)).encode("utf-8", "surrogateescape")


def test_mail_when_ordinary_is_read() -> None:
    read = parsed(
        plain(
            "Delivered-To: events+integratiebeleid@studiedag.example",
            "From: =?utf-8?q?Zo=C3=AB_Peeters?= <Zoe.Peeters@Example.org>",
            "To: Studiedagen <Events@studiedag.example>, other@example.org",
            "Cc: events@studiedag.example",
            "Subject: =?utf-8?b?VmVydHJhYWdkZQ==?= =?utf-8?q?_aanvraag?=",
            "Message-ID: <a@example.org>",
            "In-Reply-To: <b@studiedag.example>",
            "References: <c@studiedag.example>",
            " <b@studiedag.example>",
            body="Beste,\r\n\r\n\r\n\r\nnog plaats?  \r\nZoë",
        )
    )

    assert (read.sender, read.sender_name, read.subject) == (
        "zoe.peeters@example.org",
        "Zoë Peeters",
        "Vertraagde aanvraag",
    )
    assert read.text == "Beste,\n\nnog plaats?\nZoë"
    assert set(read.recipients) == {
        "events+integratiebeleid@studiedag.example",
        "events@studiedag.example",
        "other@example.org",
    }
    assert (read.message_id, read.references) == ("<a@example.org>", ("<b@studiedag.example>", "<c@studiedag.example>"))
    assert (read.automatic, read.authentication, read.replies, read.bounces, read.received_at) == (
        *(False, "none", (), ()),
        AT,
    )


@pytest.mark.parametrize(
    ("head", "sender", "name"),
    [
        (("From: an@example.org",), "an@example.org", ""),
        (('From: "Peeters, An" <an@example.org>',), "an@example.org", "Peeters, An"),
        (("From: an@example.org (An)",), "an@example.org", "An"),
        (("From: =?x-none?q?An?= <an@example.org>",), "an@example.org", "An"),
        (("From: =?utf-8?b?####?= <an@example.org>",), "an@example.org", ""),
        (("From: Zoë <an@example.org>",), "an@example.org", "Zoë"),
        (("From: Zo\udceb <an@example.org>",), "an@example.org", "Zoë"),
        (("From: An\u202e\x07\tPeeters <an@example.org>",), "an@example.org", "An Peeters"),
        (("From: =?utf-8?Q?Peeters,_An?= <an@example.org>",), "an@example.org", "Peeters, An"),
        (('From: "An \\"x\\" P" <an@example.org>',), "an@example.org", 'An "x" P'),
        (("From: an@example.org <bo@example.org>",), "bo@example.org", "an@example.org"),
        (('From: "An <an@example.org>" <bo@example.org>',), "bo@example.org", "An <an@example.org>"),
        (("From: (<an@example.org>) bo@example.org",), "bo@example.org", "<>"),
        (("From: an@m\u00fcnchen.example",), "an@xn--mnchen-3ya.example", ""),
        (("From: An <an@example.org> <bo@example.org>",), "", "An <an@example.org> <bo@example.org>"),
        (("From: an@example.org", "From: bo@example.org"), "", "an@example.org, bo@example.org"),
        (("From: <>",), "", "<>"),
        (("From: undisclosed",), "", "undisclosed"),
        (("X-From: an@example.org",), "", ""),
        ((f"From: {'a' * 250}@example.org",), "", f"{'a' * 200}"),
    ],
)
def test_sender_when_written_in_some_way(head: tuple[str, ...], sender: str, name: str) -> None:
    read = parsed(plain(*head))

    assert (read.sender, read.sender_name) == (sender, name)


def test_text_when_there_is_only_html_is_made_from_it() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>Dag,</p><p>ik kan <b>niet</b>\r\nkomen &lt;3<br>"
        "An</p><script>alert(1)</script><img src=x onerror=alert(1)><ul><li>een<li>twee</ul></body></html>"
    )

    read = parsed(mail(part("text/html; charset=utf-8", html)))

    assert read.text == "Dag,\n\nik kan niet komen <3\nAn\n\neen\n\ntwee"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", "caf\udce9", "café"),
        ("text/plain; charset=utf-8", "caf\udce9", "café"),
        ("text/plain; charset=none-such", "café", "café"),
        ("text/plain; charset=us-ascii", "café", "café"),
        ("text/plain", "a\x00b\x07c\u202ed\u200b", "abcd"),
        ("text/plain", "x" * 30_000, "x" * 20_000),
        ("text/plain; charset=zlib", "x", "x"),
    ],
)
def test_text_when_its_charset_is_wrong(kind: str, body: str, text: str) -> None:
    assert parsed(plain("From: a@b.be", f"Content-Type: {kind}", body=body)).text == text


def test_text_when_there_are_attachments_is_without_them() -> None:
    attached = part("text/plain", "not this", "Content-Disposition: attachment; filename=x.txt")
    forwarded = part("message/rfc822", "From: c@d.be\r\n\r\nnor this")

    assert parsed(mail(part("text/plain", "this"), attached, forwarded, top="multipart/mixed")).text == "this"


@pytest.mark.parametrize(
    ("head", "automatic"),
    [
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: auto-replied; owner-email=x", True),
        ("Auto-Submitted: auto-generated", True),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
        ("X-Autoreply: yes", True),
        ("X-Auto-Response-Suppress: All", True),
        ("X-Auto-Response-Suppress: DR, RN", False),
        ("List-Id: <x.example.org>", True),
        ("Return-Path: <>", True),
        ("Return-Path: <a@b.be>", False),
        ("X-Priority: 1", False),
        ("From: MAILER-DAEMON@b.be", True),
        ("From: no-reply@b.be", True),
        ("From: noreen@b.be", False),
    ],
)
def test_mail_when_a_program_wrote_it(head: str, *, automatic: bool) -> None:
    others = () if head.startswith("From") else ("From: a@b.be",)

    assert parsed(plain(head, *others)).automatic is automatic


RESULTS = "Authentication-Results: mx.studiedag.example"


@pytest.mark.parametrize(
    ("head", "trusted", "verdict"),
    [
        ((f"{RESULTS}; dmarc=pass header.from=b.be",), "mx.studiedag.example", "none"),
        ((f"{RESULTS} 1; dmarc=fail (p=none) header.from=b.be",), "mx.studiedag.example", "fail"),
        ((f"{RESULTS}; dkim=pass header.d=b.be",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; dkim=pass header.i=@mail.b.be; spf=fail",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; dkim=pass header.d=evil.example; spf=fail smtp.mailfrom=b.be",), "mx.studiedag.example", "fail"),
        ((f"{RESULTS}; spf=pass smtp.mailfrom=x@b.be",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; spf=pass smtp.mailfrom=x@evil.example",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; spf=softfail smtp.mailfrom=b.be",), "mx.studiedag.example", "fail"),
        ((f"{RESULTS}; dkim=none; spf=temperror",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; none",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; dkim=pass header.d=be",), "mx.studiedag.example", "none"),
        ((f"{RESULTS}; spf=none; (dmarc=pass) dkim=none",), "mx.studiedag.example", "none"),
        (("Authentication-Results: evil.example; dmarc=pass",), "mx.studiedag.example", "none"),
        (
            ("Authentication-Results: evil.example; dmarc=pass", f"{RESULTS}; dmarc=pass"),
            "mx.studiedag.example",
            "none",
        ),
        (
            (f"{RESULTS}; dmarc=fail", "Authentication-Results: evil.example; dmarc=pass"),
            "mx.studiedag.example",
            "fail",
        ),
        ((f"{RESULTS}; spf=pass smtp.mailfrom=b.be", f"{RESULTS}; dmarc=fail"), "mx.studiedag.example", "fail"),
        ((f"{RESULTS}; dmarc=pass",), "", "none"),
        ((f"{RESULTS}; dmarc=fail",), "", "fail"),
        (("Authentication-Results: evil.example; dmarc=none", f"{RESULTS}; dmarc=fail"), "", "none"),
        ((), "mx.studiedag.example", "none"),
    ],
)
def test_sender_when_our_server_has_looked_at_it(head: tuple[str, ...], trusted: str, verdict: str) -> None:
    assert parsed(plain(*head, "From: a@b.be"), trusted).authentication == verdict


def test_identity_when_there_is_no_message_id_is_of_the_content() -> None:
    first = plain("From: a@b.be", "Subject: x", body="y")
    again = plain("Received: from mx2", "Delivered-To: c@d.be", "From: a@b.be", "Subject: x", body="y\r\n")

    assert parsed(first).identity == parsed(again).identity
    assert parsed(plain("From: a@b.be", "Subject: x", body="z")).identity != parsed(first).identity
    assert len(parsed(GMAIL).identity) == 64


@pytest.mark.parametrize(
    "source",
    [
        plain(f"From: {'a' * 350_000}@b.be"),
        plain(f"From: {'(' * 20_000}{')' * 20_000} a@b.be"),
        plain("From: a@b.be", f"Subject: {'x' * 9_000}"),
        plain("From: a@b.be", *(f"X-{number}: y" for number in range(30_000))),
        mail(*[part("text/plain", "x")] * 1_001, top="multipart/mixed"),
    ],
)
def test_mail_when_no_person_writes_so_is_unreadable(source: bytes) -> None:
    with pytest.raises(UnreadableError):
        parsed(source)
