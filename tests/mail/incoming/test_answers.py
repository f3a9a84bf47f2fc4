"""Answers as calendars send them, from the mailbox on a real server to what they do to a registration."""

import base64
import re
from datetime import datetime, timedelta

import pytest

from tests.builders import FREE_UNTIL, NOW
from tests.conftest import Clock
from tests.dovecot import Dovecot
from tests.mail.incoming.clients import CLIENTS
from tests.mail.incoming.post import Look, rows
from tests.mail.incoming.shapes import SHAPES, UID, WHO, WORDS, mail, part
from tests.usecases.steps import given_day, joined, row, statuses, told

REPLIES, LATER = "Studiedag.Calendar replies", timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("app")


def aimed(source: bytes, registration_id: int, number: int = 1) -> bytes:
    """The same mail, from that person about their own invitation, and with an identity of its own."""
    person = row(registration_id)
    changes = {
        WHO: person.email,
        WHO.replace("@", "%40"): person.email.replace("@", "%40"),
        "An.Pee\r\n ters@example.org": person.email,
        "an.peeters@EXAMPLE.org": person.email.upper(),
        "EQUENCE:2": f"EQUENCE:{person.sequence}",
        "equence:2": f"equence:{person.sequence}",
        "20230310T093000": f"{NOW + LATER * 2:%Y%m%dT%H%M%S}",
        UID: person.calendar_uid,
        UID.encode().hex().upper(): person.calendar_uid.encode().hex().upper(),
        "<r1@": f"<r{number}@",
    }

    def changed(octets: bytes) -> bytes:
        for old, new in changes.items():
            octets = octets.replace(old.encode(), new.encode())
        return octets

    def encoded(block: re.Match[bytes]) -> bytes:
        return base64.encodebytes(changed(base64.b64decode(block.group())))

    source = BASE64.sub(encoded, changed(source))
    return source if b"<r" in source else b"Message-ID: <r%d@example.org>\r\n%b" % (number, source)


BASE64 = re.compile(rb"(?<=\r\n\r\n)[A-Za-z0-9+/=\r\n]{100,}")
IN_OCTETS = {name: source for name, source in {**SHAPES, **CLIENTS}.items() if not name.startswith("utf-16")}
"""Those in which addresses can be replaced; in UTF-16 every other octet is none."""


@pytest.mark.parametrize(("at", "outcome"), [(NOW, "declined_in_time"), (FREE_UNTIL, "declined_late")])
def test_declines_when_they_arrive_in_all_shapes_cancel(
    dovecot: Dovecot, look: Look, clock: Clock, at: datetime, outcome: str
) -> None:
    given_day(capacity=None)
    people = [joined(number) for number, _ in enumerate(IN_OCTETS, start=1)]
    clock.set(at + LATER * 5)
    dovecot.deliver(*(aimed(source, who, who) for source, who in zip(IN_OCTETS.values(), people, strict=True)))

    look()

    assert dict(zip(IN_OCTETS, rows("outcome"), strict=True)) == dict.fromkeys(IN_OCTETS, outcome)
    assert set(statuses().values()) == {"cancelled"}
    assert dovecot.folders() == {REPLIES: len(IN_OCTETS)}
    letter = "cancelled_in_time" if outcome == "declined_in_time" else "cancelled_late"
    assert [name for _, name in told(len(people))] == [letter] * len(people)


FORGED = "Authentication-Results: mx.studiedag.example; dmarc=fail\r\n"


def test_answers_when_they_are_not_certainly_meant_change_nothing(dovecot: Dovecot, look: Look, clock: Clock) -> None:
    given_day(capacity=None)
    an = joined()
    clock.set(NOW + LATER * 5)
    plain = aimed(SHAPES["method in the object only"], an)
    address = row(an).email.encode()
    enclosed = plain.decode().replace("b1", "inner")
    dovecot.deliver(
        FORGED.encode() + plain,
        plain.replace(b"<r1@", b"<r2@").replace(b"<" + address, b"<somebody@else.example", 1),
        plain.replace(b"<r1@", b"<r3@").replace(b"ATTENDEE", b"X-ATTENDEE"),
        plain.replace(b"<r1@", b"<r4@").replace(
            b"ATTENDEE;PARTSTAT=DECLINED:mailto:" + address, b"ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.be"
        ),
        mail(WORDS, part("message/rfc822", enclosed), top="multipart/mixed").replace(b"<r1@", b"<r5@"),
        mail(
            WORDS, part("message/delivery-status", "x"), part("message/rfc822", enclosed), top="multipart/report"
        ).replace(b"<r1@", b"<r6@"),
    )

    look()

    assert statuses() == {an: "confirmed"}
    assert len(rows("id")) == sum(dovecot.folders().values()) == 6


def test_decline_when_it_comes_twice_cancels_once(dovecot: Dovecot, look: Look, clock: Clock) -> None:
    given_day(capacity=None)
    an = joined()
    clock.set(NOW + LATER * 5)
    decline = aimed(SHAPES["method in the object only"], an)
    dovecot.deliver(decline, decline, decline.replace(b"<r1@", b"<r2@"))

    look()

    assert rows("outcome") == ["declined_in_time", "already_ended"]
    assert [name for _, name in told(1)] == ["cancelled_in_time"]
    assert dovecot.folders() == {REPLIES: 3}
