"""The whole life of the model case: through HTTP, the worker and a real SMTP server, on both databases."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.app import create_app
from service.extensions import db
from service.models import Charge, Message, StudyDay
from service.settings import Settings
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT
from tests.conftest import Clock
from tests.serving import served
from tests.smtp import SmtpServer
from tests.story.post import PostOffice, entry_in, link_in, text_of
from tests.story.stage import DAYS, MAILBOX, SLUG, Stage, address, form

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LAST_CALL = datetime(2023, 3, 15, 8, tzinfo=UTC)  # a Wednesday: three working days before Monday
ENTERPRISE = "0403.170.701"
DAY = {
    "slug": SLUG,
    "kind": "study_day",
    "title": {"nl": "Samenwerken", "fr": "Travailler ensemble", "en": "Working together", "de": "Zusammenarbeiten"},
    "languages": ["nl", "fr", "en", "de"],
    "time_zone": "Europe/Brussels",
    "starts_at": "2023-03-31T10:15:00+02:00",
    "ends_at": "2023-03-31T17:00:00+02:00",
    "closes_at": "2023-03-21T00:00:00+01:00",
    "free_cancellation_until": "2023-03-20T00:00:00+01:00",
    "capacity": 5,
    "waiting_list": True,
    "fee_cents": 1500,
    "mailbox": MAILBOX,
    "venue": {"name": "KBR", "street": "Kunstberg 28", "postal_code": "1000", "city": "Brussel", "country": "BE"},
    "published": True,
}


@pytest.fixture
def stage(settings: Settings, clock: Clock, smtp_server: SmtpServer) -> Iterator[Stage]:
    """An application that listens, sends real mail, and whose clock the story sets."""
    app = create_app(replace(settings, mail_server="127.0.0.1", mail_port=smtp_server.port), clock=clock)
    with served(app) as port:
        yield Stage(app, clock, PostOffice(smtp_server), port)
    with app.app_context():
        db.engine.dispose()


def test_life_of_a_study_day_when_everything_happens(stage: Stage) -> None:
    registration_is_open(stage)
    some_change_their_minds_in_time(stage)
    they_are_asked_whether_they_come(stage)
    free_cancellation_ends(stage)
    registration_closes(stage)
    a_late_comer_is_admitted(stage)
    some_cancel_late(stage)
    the_day_comes(stage)
    the_attendance_is_signed_off(stage)
    finance_issues_invoices(stage)
    every_figure_is_right(stage)


def registration_is_open(stage: Stage) -> None:
    assert stage.staff(stage.organiser, "/study-days", **DAY).status == 201
    for name in ("an", "bruno", "carl", "dora", "els"):
        assert 'data-place="confirmed"' in stage.sign_up(name).text
    assert 'data-place="waiting"' in stage.sign_up("fons", invoice_enterprise_number=ENTERPRISE).text
    assert 'data-place="waiting"' in stage.sign_up("gerda").text

    uids = set()
    for name in ("an", "bruno", "carl", "dora", "els"):
        entry = entry_in(stage.office.newest(address(name)))
        assert entry is not None
        uids.add(entry.uid)
        assert (entry.method, entry.sequence, entry.status) == ("REQUEST", "0", "CONFIRMED")
        assert (entry.starts_at, entry.ends_at) == (STARTS_AT, ENDS_AT)
        assert (entry.organizer, entry.attendee) == (f"mailto:{MAILBOX}", f"mailto:{address(name)}")
    assert len(uids) == 5
    assert entry_in(stage.office.newest(address("gerda"))) is None

    for name, limit in {
        "an": "tot en met zondag 19 maart 2023, 23:59 uur (tijd in Brussel)",
        "bruno": "dimanche 19 mars 2023",
        "carl": "until and including Sunday 19 March 2023, 23:59 (Brussels time)",
        "dora": "Sonntag, 19. März 2023",
    }.items():
        assert " ".join(limit.split()) in " ".join(text_of(stage.office.newest(address(name))).split())

    stage.at(NOW + 20 * MINUTE)
    again = stage.sign_up("an", remarks="nog eens")
    assert (
        'data-place="waiting"' in again.text
    )  # what any newcomer is told now: the page does not say who is registered
    assert len(stage.office.to(address("an"))) == 2


def some_change_their_minds_in_time(stage: Stage) -> None:
    stage.at(datetime(2023, 3, 1, 12, tzinfo=UTC))
    assert stage.public.get(f"{stage.own('bruno')}/cancel").status in {200, 404, 405}
    assert stage.registration("bruno")["status"] == "confirmed"
    assert stage.act("bruno", "cancel", reason="empêchement").status == 200

    cancelled = stage.registration("bruno")
    assert (cancelled["status"], cancelled["cancellation"]["verdict"]) == ("cancelled", "on_time")
    assert cancelled["cancellation"]["channel"] == "link"
    entry = entry_in(stage.office.newest(address("bruno")))
    assert entry is not None
    assert (entry.method, entry.sequence, entry.status) == ("CANCEL", "1", "CANCELLED")
    assert stage.registration("fons")["status"] == "confirmed"

    stage.act("carl", "transfer", email=address("hugo"), language="nl")
    assert stage.registration("carl")["status"] == "confirmed"
    invitation = link_in(stage.office.newest(address("hugo")), "/r/")
    assert stage.public.post(f"{invitation}/accept", form("hugo")).status == 200
    stage.work()
    assert stage.registration("carl")["cancellation"]["verdict"] == "on_time"
    assert stage.registration("hugo")["status"] == "confirmed"


def they_are_asked_whether_they_come(stage: Stage) -> None:
    stage.at(LAST_CALL - SECOND)
    told = len(stage.office.mails)
    stage.at(LAST_CALL)
    called = stage.office.mails[told:]
    assert sorted(str(mail["To"]).split("<")[-1].rstrip(">") for mail in called) == sorted(
        address(name) for name in ("an", "dora", "els", "fons", "hugo")
    )
    assert "tot en met zondag 19 maart 2023, 23:59" in " ".join(text_of(stage.office.newest(address("an"))).split())
    assert stage.act("an", "coming").status == 200
    stage.at(LAST_CALL + HOUR)
    assert len(stage.office.mails) == told + 5


def free_cancellation_ends(stage: Stage) -> None:
    stage.at(FREE_UNTIL)
    assert stage.act("els", "cancel", reason="ziek").status == 200
    assert stage.registration("els")["cancellation"]["verdict"] == "late"
    assert stage.registration("gerda")["status"] == "offered"
    assert "15,00" in text_of(stage.office.newest(address("gerda")))

    stage.at(FREE_UNTIL + HOUR)
    assert stage.act("gerda", "accept", accept_terms="1").status == 200
    assert stage.registration("gerda")["status"] == "confirmed"


def registration_closes(stage: Stage) -> None:
    stage.at(CLOSES_AT - SECOND)
    assert 'data-place="waiting"' in stage.sign_up("ivo").text

    stage.at(CLOSES_AT)
    refused = stage.sign_up("jan", remarks="bewaar dit")
    assert refused.status == 409
    assert MAILBOX in refused.text
    assert "bewaar dit" in refused.text
    body = {name: value for name, value in form("jan").items() if name != "accept_terms"}
    problem = stage.public.call(f"{DAYS}/registrations", {**body, "language": "nl", "accept_terms": True})
    assert (problem.status, problem.json["type"]) == (409, "/problems/registration-closed")
    assert problem.json["mailbox"] == MAILBOX


def a_late_comer_is_admitted(stage: Stage) -> None:
    stage.at(CLOSES_AT + HOUR)
    asked = form("jan", message="Kan ik nog?", invoice_enterprise_number=ENTERPRISE)
    assert stage.public.post(f"/nl/{SLUG}/late-request", asked).status == 200
    stage.work()
    assert len(stage.office.to(address("jan"))) == 1

    waiting = stage.organiser.get(f"/api/v1{DAYS}/late-requests").json["items"]
    assert [(item["email"], item["message"]) for item in waiting] == [(address("jan"), "Kan ik nog?")]
    request = f"/late-requests/{waiting[0]['id']}"
    assert stage.staff(stage.organiser, f"{request}/admit", over_capacity=False).status == 409
    assert stage.staff(stage.organiser, f"{request}/admit", over_capacity=True).status == 200
    assert stage.act("jan", "accept", accept_terms="1").status == 200
    assert stage.registration("jan")["status"] == "confirmed"


def some_cancel_late(stage: Stage) -> None:
    called_in = stage.registration("dora")["id"]
    answer = stage.staff(stage.organiser, f"/registrations/{called_in}/cancel", reason="belde af")
    assert answer.json["cancellation"]["verdict"] == "late"
    assert stage.registration("ivo")["status"] == "waiting"  # the seat was one too many

    stage.at(datetime(2023, 3, 29, 12, tzinfo=UTC))
    stage.act("fons", "cancel", reason="")
    assert stage.registration("fons")["cancellation"]["verdict"] == "late"
    assert stage.registration("ivo")["status"] == "offered"
    stage.at(datetime(2023, 3, 30, 12, tzinfo=UTC) - SECOND)
    assert stage.registration("ivo")["status"] == "offered"
    stage.at(datetime(2023, 3, 30, 12, tzinfo=UTC))
    assert stage.registration("ivo")["status"] == "cancelled"


def the_day_comes(stage: Stage) -> None:
    ids = {name: stage.registration(name)["id"] for name in ("an", "hugo", "jan", "gerda")}
    stage.at(STARTS_AT - 3 * HOUR - SECOND)
    early = stage.staff(stage.organiser, f"/registrations/{ids['an']}/check-in")
    assert (early.status, early.json["type"]) == (409, "/problems/too-early")
    stage.at(STARTS_AT - 3 * HOUR)
    for name in ("an", "hugo", "jan"):
        assert stage.staff(stage.organiser, f"/registrations/{ids[name]}/check-in").json["attendance"] == "present"
    undone = stage.staff(stage.organiser, f"/registrations/{ids['jan']}/undo-check-in")
    assert undone.json["attendance"] == "unknown"


def the_attendance_is_signed_off(stage: Stage) -> None:
    stage.at(ENDS_AT - SECOND)
    assert stage.staff(stage.organiser, f"{DAYS}/sign-off").json["type"] == "/problems/too-early"
    stage.at(ENDS_AT + HOUR)
    assert stage.staff(stage.organiser, f"{DAYS}/sign-off").status == 409  # half of them absent: asked twice
    signed = stage.staff(stage.organiser, f"{DAYS}/sign-off", confirm_many_absent=True)
    assert signed.status == 200

    charges = stage.organiser.get(f"/api/v1{DAYS}/charges").json["items"]
    owed = Counter((charge["reason"], charge["amount_cents"], charge["status"]) for charge in charges)
    assert owed == {("late_cancellation", 1500, "draft"): 3, ("no_show", 1500, "draft"): 2}
    assert "15,00" in text_of(stage.office.newest(address("gerda")))

    dora = stage.registration("dora")["id"]
    charge = next(charge["id"] for charge in charges if charge["registration_id"] == dora)
    assert stage.staff(stage.organiser, f"/charges/{charge}/waive", reason="ill", note="").json["status"] == "waived"


def finance_issues_invoices(stage: Stage) -> None:
    due = ENDS_AT + HOUR + timedelta(days=14)
    stage.at(due - SECOND)
    assert stage.staff(stage.finance, f"{DAYS}/invoices").json["items"] == []
    stage.at(due)
    issued = stage.staff(stage.finance, f"{DAYS}/invoices")
    assert issued.status == 201
    assert [(one["number"], one["total_cents"], len(one["lines"])) for one in issued.json["items"]] == [
        ("NS-2023-0001", 1500, 1),  # Els
        ("NS-2023-0002", 3000, 2),  # Fons and Jan, of one enterprise
        ("NS-2023-0003", 1500, 1),  # Gerda
    ]
    assert issued.json["items"][0]["structured_communication"] == "+++202/3000/00111+++"
    assert stage.staff(stage.finance, f"{DAYS}/invoices", force=True).json["items"] == []

    exported = stage.finance.get(f"/api/v1/invoices?study_day={SLUG}&format=csv")
    rows = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff")), delimiter=";"))
    assert exported.text.startswith("\ufeff")
    assert len({row[0] for row in rows[1:]}) == 3
    assert not any(cell[:1] in {"=", "+", "-", "@"} for row in rows for cell in row)
    assert stage.finance.get(f"/api/v1/invoices?study_day={SLUG}&format=csv").text == exported.text


def every_figure_is_right(stage: Stage) -> None:
    with stage.app.app_context():
        letters = Counter(db.session.execute(sa.select(Message.letter)).scalars())
        states = Counter(db.session.execute(sa.select(Message.state)).scalars())
        charges = Counter(db.session.execute(sa.select(Charge.status)).scalars())
        counters = db.session.execute(sa.select(StudyDay.taken, StudyDay.waiting)).one()
    assert letters == {
        "confirmed": 9,
        "waiting": 3,
        "already_registered": 1,
        "last_call": 5,
        "practical": 5,
        "cancelled_in_time": 1,
        "cancelled_late": 3,
        "colleague_invited": 1,
        "place_passed_on": 1,
        "offer": 2,
        "lapsed_offer": 1,
        "late_request_received": 1,
        "admitted": 1,
        "fee_notice": 5,
    }
    assert states == {"sent": 39}
    assert len(stage.office.mails) == 39
    assert len({mail["Message-ID"] for mail in stage.office.mails}) == 39
    assert charges == {"invoiced": 4, "waived": 1}
    assert tuple(counters) == (4, 0)
