"""From a mail in the mailbox to its outcome, all the way: dovecot, the worker, the registration, the letter on SMTP."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from service.mail import worker
from service.models import LateRequest, Message, Registration
from service.settings import Settings
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TILL_MORNING
from tests.conftest import Clock
from tests.dovecot import Dovecot
from tests.mail.incoming.post import rows
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK, given_day, history, joined, read, row, told

MAILS: Final = Path(__file__).parent / "mails"
UID: Final = "k7Qm2ZsX9vTb4RwLp1NdYc8H"
WHO: Final = "an.peeters@stad.example"
ANSWERED: Final = datetime.fromisoformat("2023-03-10T09:12:06+00:00")
"""When our mail server took these answers; in time."""
HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)
REPLIES: Final = "Studiedag.Calendar replies"

Work = Callable[[datetime], None]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As everywhere, but our mail server's word about senders is believed."""
    return replace(settings, mailbox_authserv_id="mx.vub.be")


@pytest.fixture
def work(app: object, clock: Clock) -> Iterator[Work]:
    """What ``studiedag worker --once`` does at an instant."""
    del app
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def once(at: datetime) -> None:
        clock.set(at)
        worker.run(once=True)

    yield once
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def an(app: object, work: Work) -> int:
    """Somebody with a place, whose invitation has been sent; the id of their registration."""
    del app
    given_day()
    found = joined(1, email=WHO, first_name="An")
    with transaction() as session:
        session.execute(sa.update(Registration).values(calendar_uid=UID))
    work(NOW)
    return found


def mail(name: str, *changes: tuple[str, str]) -> bytes:
    """One of the folder, with some of its words changed; each is there."""
    source = (MAILS / f"{name}.eml").read_bytes()
    for old, new in changes:
        assert old.encode() in source
        source = source.replace(old.encode(), new.encode())
    return source


def letters(server: SmtpServer) -> list[EmailMessage]:
    """All that was sent but for the invitation."""
    return [BytesParser(EmailMessage, policy=default).parsebytes(sent.source) for sent in server.mails[1:]]


def text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.mark.parametrize("shape", ["outlook", "exchange", "gmail", "apple"])
@pytest.mark.parametrize(
    ("took", "verdict", "meant"),
    [
        (FREE_UNTIL - SECOND, "on_time", "U bent niets verschuldigd."),
        (FREE_UNTIL, "late", "€ 15,00"),
    ],
)
def test_decline_when_a_calendar_sends_it_cancels_and_is_answered_with_what_it_meant(
    dovecot: Dovecot,
    smtp_server: SmtpServer,
    work: Work,
    an: int,
    shape: str,
    took: datetime,
    verdict: str,
    meant: str,
) -> None:
    dovecot.deliver(mail(shape), at=took)

    work(took + HOUR)

    ended = row(an)
    assert (ended.status, ended.cancelled_channel, ended.cancelled_verdict) == ("cancelled", "calendar", verdict)
    assert (ended.cancelled_at, ended.seen_at) == (took, took + HOUR)
    (letter,) = letters(smtp_server)
    assert meant in text(letter).replace("\N{NO-BREAK SPACE}", " ")
    (calendar,) = (part for part in letter.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "CANCEL"
    assert f"UID:{UID}\r\nSEQUENCE:1\r\n" in calendar.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert dovecot.folders() == {REPLIES: 1}
    assert history() == ["registered", "cancelled"]


def test_decline_when_exchange_sends_a_comment_is_cancelled_for_that_reason(
    dovecot: Dovecot, work: Work, an: int
) -> None:
    dovecot.deliver(mail("exchange"), at=ANSWERED)

    work(ANSWERED)

    assert row(an).cancelled_reason == "Mijn trein rijdt die dag niet, sorry"


@pytest.mark.parametrize("participation", ["ACCEPTED", "TENTATIVE"])
def test_answer_when_it_is_no_decline_is_remembered(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int, participation: str
) -> None:
    dovecot.deliver(mail("apple", ("DECLINED", participation)), at=ANSWERED)

    work(ANSWERED)

    assert (row(an).status, row(an).calendar_answer) == ("confirmed", participation.lower())
    assert (letters(smtp_server), dovecot.folders()) == ([], {REPLIES: 1})


@pytest.mark.parametrize(
    ("changes", "outcome", "asked"),
    [
        ([(f"mailto:{WHO}", "mailto:bo@stad.example"), (f"<{WHO}>", "<bo@stad.example>")], "forwarded", True),
        ([(f"<{WHO}>", "<bo@stad.example>")], "forged", True),
        ([(UID, "somebody-elses")], "unknown", False),
    ],
)
def test_answer_when_it_is_not_certainly_theirs_changes_nothing(
    dovecot: Dovecot,
    smtp_server: SmtpServer,
    work: Work,
    an: int,
    changes: list[tuple[str, str]],
    outcome: str,
    asked: bool,
) -> None:
    dovecot.deliver(mail("apple", *changes), at=ANSWERED)

    work(ANSWERED)

    assert (row(an).status, row(an).calendar_answer, history()) == ("confirmed", None, ["registered"])
    assert rows("outcome") == [outcome]
    assert ["Hebt u de uitnodiging afgewezen?" in str(one["Subject"]) for one in letters(smtp_server)] == [True] * asked
    if asked:
        assert letters(smtp_server)[0]["To"] == f"An Peeters <{WHO}>"


@pytest.mark.parametrize(
    ("found", "outcome"), [("dmarc=fail", "forged"), ("dmarc=pass", "declined_in_time"), ("", "declined_in_time")]
)
def test_decline_when_our_mail_server_looked_at_its_sender(
    dovecot: Dovecot, work: Work, an: int, found: str, outcome: str
) -> None:
    results = f"Authentication-Results: mx.vub.be; {found} header.from=stad.example\n" if found else ""
    dovecot.deliver(results.encode() + mail("apple"), at=ANSWERED)

    work(ANSWERED)

    assert rows("outcome") == [outcome]
    assert row(an).status == ("confirmed" if outcome == "forged" else "cancelled")


def test_answer_when_it_names_no_attendee_changes_nothing(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int
) -> None:
    dovecot.deliver(mail("apple", ("ATTENDEE;", "X-ATTENDEE;")), at=ANSWERED)

    work(ANSWERED)

    assert (row(an).status, history(), letters(smtp_server)) == ("confirmed", ["registered"], [])
    assert rows("kind", "state") == [("other", "waiting")]


@pytest.mark.parametrize(("name", "kind"), [("inside_a_bounce", "bounce"), ("forwarded", "other")])
def test_answer_when_it_lies_inside_another_mail_changes_nothing(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int, name: str, kind: str
) -> None:
    dovecot.deliver(mail(name), at=ANSWERED)

    work(ANSWERED)

    assert (row(an).status, history(), letters(smtp_server)) == ("confirmed", ["registered"], [])
    assert rows("kind", "state") == [(kind, "waiting")]
    assert dovecot.folders() == {"INBOX": 1}


def test_answers_when_doubled_or_stale_change_nothing(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int
) -> None:
    newer = ("DTSTAMP:20230310T091204Z", "DTSTAMP:20230310T100000Z")
    accepted = mail("apple", ("DECLINED", "ACCEPTED"), newer)
    again = accepted.replace(b"5B6E1F3A-9B0E-4C0B@", b"again@")
    dovecot.deliver(accepted, accepted, again, mail("gmail"), at=ANSWERED + HOUR)

    work(ANSWERED + HOUR)

    assert rows("outcome") == ["accepted", "doubled", "stale"]
    assert (row(an).status, history()) == ("confirmed", ["registered", "calendar_answered"])
    assert (letters(smtp_server), dovecot.folders()) == ([], {REPLIES: 4})


def test_decline_when_the_day_moved_since_changes_nothing_until_the_new_one_is_declined(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int
) -> None:
    with transaction() as session:
        values = {"starts_at": STARTS_AT + HOUR, "ends_at": ENDS_AT + HOUR}
        change_study_day(session, 1, values, actor=DESK, now=NOW + HOUR)
    dovecot.deliver(mail("outlook"), at=ANSWERED)

    work(ANSWERED)
    assert (rows("outcome"), row(an).status) == (["superseded"], "confirmed")
    assert "uw plaats blijft van u" in text(letters(smtp_server)[-1])

    dovecot.deliver(mail("apple", ("SEQUENCE:0", "SEQUENCE:1")), at=ANSWERED)
    work(ANSWERED)
    assert (rows("outcome"), row(an).status) == (["superseded", "declined_in_time"], "cancelled")


def test_mail_when_somebody_asks_late_reaches_the_desk_and_is_acknowledged(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int
) -> None:
    morning = CLOSES_AT + TILL_MORNING
    asked = (
        "From: =?utf-8?q?Zo=C3=AB_Maes?= <zoe@elders.example>\n"
        "To: events_bsog+integratiebeleid@vub.be\nSubject: Toch nog?\nMessage-ID: <z1@elders.example>\n"
        "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
        "<p>Mag ik <b>nog</b> komen?</p><script>alert(1)</script>\n"
    )
    dovecot.deliver(asked.encode(), at=morning)

    work(morning)

    assert row(an).status == "confirmed"
    request = read(sa.select(LateRequest))
    assert (request.first_name, request.last_name) == ("Zoë", "Maes")
    assert (request.email, request.channel, request.message) == ("zoe@elders.example", "mail", "Mag ik nog komen?")
    (letter,) = letters(smtp_server)
    assert (letter["To"], letter["Subject"]) == ("Zoë Maes <zoe@elders.example>", "Re: Toch nog?")
    assert letter["In-Reply-To"] == "<z1@elders.example>"
    assert dovecot.folders() == {"Studiedag.Late requests": 1}


def test_letter_when_it_bounces_marks_message_and_person(
    dovecot: Dovecot, smtp_server: SmtpServer, work: Work, an: int
) -> None:
    back = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.stad.example\nTo: events_bsog@vub.be\nSubject: Undelivered Mail\n"
        "Message-ID: <b1@mx.stad.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n'
        "--r\nContent-Type: text/plain\n\nSorry.\n--r\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.stad.example\n\nFinal-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--r\nContent-Type: text/rfc822-headers\n\n"
        f"Message-ID: {smtp_server.mails[0].message_id}\nSubject: Uw plaats\n\n--r--\n"
    )
    dovecot.deliver(back.encode(), at=ANSWERED)

    work(ANSWERED)

    assert row(an).undeliverable_at == ANSWERED
    assert read(sa.select(Message.state)) == "bounced"
    assert (told(1), dovecot.folders()) == ([], {"Studiedag.Undeliverable": 1})
