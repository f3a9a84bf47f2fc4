"""Every fault of a mail server at every stage of a session: each mail ends sent, or as a dead letter with an alarm.

The server fails once and is well again, or fails for good. Two mails wait; what the server does not refuse after a
mail's text it has taken, whatever it answered. ``pytest -rP`` shows the table.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.mail import claims
from service.mail.delivery import Delivery
from service.mail.transport import SmtpTransport
from service.models import Message, MessageSource
from service.reports.alarms import dead_letters
from service.runtime import runtime
from service.transaction import transaction
from tests.authority import Authority
from tests.conftest import Clock
from tests.mail.outgoing import later, messages, queue
from tests.smtp import DRIP, DROP, HANG, SmtpServer

STAGES: Final = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "TEXT", "END", "RSET", "QUIT")
SESSION: Final = STAGES[:4]
"""What goes wrong here befalls the server, and no mail."""
CODES: Final = (450, 421, 432, 451, 452, 550, 552, 554)
TRAPS: Final = {"tarpit": DRIP, "silence": HANG}
FAULTS: Final[dict[str, Any]] = {
    **{str(code): f"{code} {str(code)[0]}.3.0 as told" for code in CODES},
    "garbage": b"\x00\xff\xfe hello\r\n",
    "oversized": b"250-more\r\n" * 20_000,
    "drop": DROP,
    **TRAPS,
}
MAILS: Final = 2
ATTEMPTS: Final = 2
"""Instead of 60, after which a mail is a dead letter."""


@dataclass(frozen=True)
class Outcome:
    """What became of the mails of one cell of the table."""

    sent: int
    dead: int
    attempts: int
    doubles: int

    def __str__(self) -> str:
        return f"{self.sent}s {self.dead}d {self.attempts}a" + (f" {self.doubles}x" if self.doubles else "")


class Bench:
    """Two mails that wait, and a mail server with TLS and sign-in for each cell of the table."""

    def __init__(self, app: Flask, authority: Authority, clock: Clock) -> None:
        self.mail, self.ca_file, self.clock = app.extensions["mail"], str(authority.ca_file), clock
        self.mail.use_tls, self.mail.username, self.mail.password = True, "desk", "secret"

    def run(self, server: SmtpServer, *, wait: float = 5.0) -> Outcome:
        """Until no mail is on its way any more, half a day after half a day."""
        with transaction() as session:
            session.execute(sa.delete(MessageSource))
            session.execute(sa.update(Message).values(state="queued", attempts=0, due_at=later(0), error=""))
        self.clock.set(later(0))
        transport = SmtpTransport(self.mail, ca_file=self.ca_file, wait=wait, exchange=2 * wait)
        with server.running():
            self.mail.port = server.port
            delivery = Delivery(transport, runtime().links, runtime().clock)
            while {"queued", "sending"} & set(messages("state")):
                delivery.batch()
                delivery._rests_until = 0
                self.clock.advance(timedelta(hours=12))
            transport.close()
        return self.outcome(server)

    def outcome(self, server: SmtpServer) -> Outcome:
        """All mails are accounted for, and what came twice is the same mail."""
        states = Counter(messages("state"))
        alarms = dead_letters(db.session(), [1], now=later(0))
        assert [alarm.error for alarm in alarms if alarm.error] == list(filter(None, reversed(messages("error"))))
        assert len(alarms) == states["failed"]
        assert states["sent"] + states["failed"] == MAILS, states
        copies = Counter(mail.recipient for mail in server.mails)
        assert len({(mail.message_id, mail.source) for mail in server.mails}) == len(copies)
        doubles = len(server.mails) - len(copies)
        return Outcome(states["sent"], states["failed"], sum(messages("attempts")), doubles)


@pytest.fixture
def bench(app: Flask, authority: Authority, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(claims, "MOST_ATTEMPTS", ATTEMPTS)
    queue(MAILS)
    return Bench(app, authority, clock)


@pytest.fixture(scope="module")
def table() -> Iterator[dict[tuple[str, str], list[str]]]:
    """The rows that the tests fill, printed after the last: per stage sent, dead letters, attempts, doubles (x)."""
    rows: dict[tuple[str, str], list[str]] = {}
    yield rows
    print(f"\n{'':<22}" + "".join(f"{stage:<13}" for stage in STAGES))
    for (fault, lasts), cells in rows.items():
        print(f"{fault + ', ' + lasts:<22}" + "".join(f"{cell:<13}" for cell in cells))


def expected(fault: str, stage: str, *, for_good: bool) -> tuple[int, int]:
    """How many mails are sent, and how many are dead letters."""
    if stage == "RSET":  # comes after a refusal only
        return 1, 1
    if stage == "QUIT":
        return 2, 0
    if for_good:
        return 0, 2
    return (1, 1) if fault.startswith("55") and stage not in SESSION else (2, 0)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lasts", ["once", "for good"])
@pytest.mark.parametrize("fault", FAULTS)
def test_mails_when_the_server_fails_end_sent_or_as_dead_letters(
    bench: Bench, authority: Authority, table: dict[tuple[str, str], list[str]], fault: str, lasts: str
) -> None:
    cells = table.setdefault((fault, lasts), [])
    for stage in STAGES:
        server = SmtpServer(authority.context, answers_late=True)
        if stage == "RSET":
            server.refused["an1@example.org"] = "550 5.1.1 no such user"
        if lasts == "once":
            server.plan(stage, FAULTS[fault])
        else:
            server.always(stage, FAULTS[fault])

        outcome = bench.run(server, wait=0.15 if fault in TRAPS else 5.0)

        cells.append(str(outcome))
        assert (outcome.sent, outcome.dead) == expected(fault, stage, for_good=lasts == "for good"), stage
        assert not outcome.doubles or (stage == "END" and fault not in map(str, CODES)), stage
        assert outcome.attempts <= MAILS * ATTEMPTS, stage


def stranger(bench: Bench, _: SmtpServer) -> None:
    bench.ca_file = ""


def no_tls(_: Bench, server: SmtpServer) -> None:
    server.offers_starttls = False


def refuses_one(_: Bench, server: SmtpServer) -> None:
    server.refused["an1@example.org"] = "550 5.1.1 no such user"


def says(verb: str, answer: str) -> Callable[[Bench, SmtpServer], None]:
    return lambda _, server: server.always(verb, answer)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "make_it", "sent"),
    [
        ("certificate of a stranger", stranger, 0),
        ("STARTTLS not offered", no_tls, 0),
        ("STARTTLS put off", says("STARTTLS", "454 4.7.0 not now"), 0),
        ("text slipped in before TLS", says("STARTTLS", "220 go on\r\n250-test\r\n250 AUTH PLAIN"), 2),
        ("sign-in put off", says("AUTH", "454 4.7.0 not now"), 0),
        ("sign-in refused", says("AUTH", "535 5.7.8 wrong password"), 0),
        ("sign-in asked for", says("MAIL", "530 5.7.0 sign in first"), 0),
        ("one recipient of two refused", refuses_one, 1),
    ],
)
def test_mails_when_the_session_is_not_as_it_should_be(
    bench: Bench, authority: Authority, fault: str, make_it: Callable[[Bench, SmtpServer], None], sent: int
) -> None:
    server = SmtpServer(authority.context)
    make_it(bench, server)

    outcome = bench.run(server)

    print(f"{fault:<30}{outcome}")
    assert (outcome.sent, outcome.dead, outcome.doubles) == (sent, MAILS - sent, 0)
    assert len(server.texts) == sent
