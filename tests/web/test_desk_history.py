from datetime import timedelta
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

from service.domain.actions import Action
from service.domain.actors import Actor
from service.domain.roles import Role
from service.locale import LANGUAGES
from service.models import History
from service.reports.history import HistoryItem
from service.transaction import transaction
from service.usecases.record import line, of_day, record
from service.web.desk.fields import LABELS
from service.web.desk.history import in_words
from service.web.study_day_schema import StudyDaySchema
from tests.builders import NOW, make_day
from tests.staff import sign_in

URL = "/desk/study-days/integratiebeleid"
DESK = Actor("staff", "desk")


def item(action: str, *, actor: str = "staff", channel: str = "desk", **facts: Any) -> HistoryItem:
    named = {"staff": "els@vub.example" if actor == "staff" else None, "registration": "An Peeters"}
    return HistoryItem(
        id=1, at=NOW, action=action, actor=actor, channel=channel, registration_id=1, reason="", facts=facts, **named
    )


def said(line: HistoryItem, language: str = "en") -> tuple[str, str, list[str]]:
    with transaction() as session:
        return in_words(line, make_day(session), language)


def test_labels_when_compared_with_the_schema_name_every_field() -> None:
    assert set(LABELS) == set(StudyDaySchema().fields)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            item("registered", actor="attendee", channel="form", status="waiting"),
            ("An Peeters (form on the website)", "Signed up", ["Waiting"]),
        ),
        (
            item("calendar_answered", actor="attendee", channel="calendar", answer="tentative"),
            ("An Peeters (calendar reply)", "Answered in the calendar", ["Perhaps"]),
        ),
        (
            item("mail_bounced", actor="system", channel="mail", message=1, status="5.1.1"),
            ("By itself", "A mail came back", ["5.1.1"]),
        ),
        (
            item("cancelled", actor="attendee", channel="link", verdict="late", through="link"),
            ("An Peeters (personal link)", "Registration cancelled", ["by personal link", "too late"]),
        ),
        (
            item("reopened", closes_at="2023-03-22T11:00:00+00:00", before="2023-03-20T23:00:00+00:00"),
            (
                "els@vub.example (desk)",
                "New closing limit",
                [
                    "now: before 12:00 on Wednesday 22 March 2023 (Brussels time)",
                    "until then: until and including Monday 20 March 2023, 23:59 (Brussels time)",
                ],
            ),
        ),
        (
            item("changed", fields=["starts_at", "venue"]),
            ("els@vub.example (desk)", "Study day changed", ["Starts, Venue"]),
        ),
        (
            item("promoted", actor="system", channel="worker"),
            ("By itself", "Place confirmed from the waiting list", []),
        ),
        (
            item("invoiced", number="NS-2023-0001", total_cents=1500),
            ("els@vub.example (desk)", "Invoice issued", ["NS-2023-0001", "€15.00"]),
        ),
        (item("signed_off", charges=1), ("els@vub.example (desk)", "Attendance signed off", ["1 fee is due"])),
        (item("called_off", told=2), ("els@vub.example (desk)", "Study day called off", ["2 people were told"])),
        (item("waived", why="ill"), ("els@vub.example (desk)", "Fee waived", ["Ill"])),
        (item("mail_resent", letter="offer"), ("els@vub.example (desk)", "Mail queued again", ["A place on offer"])),
    ],
)
def test_history_when_told_says_who_what_and_the_facts(told: HistoryItem, expected: tuple[str, str, list[str]]) -> None:
    assert said(told) == expected


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("language", LANGUAGES)
def test_history_when_told_in_any_language_has_words_for_every_action(language: str) -> None:
    with transaction() as session:
        day = make_day(session)
        told = {in_words(item(action), day, language)[1] for action in get_args(Action)}

    assert not told & set(get_args(Action))


def test_history_when_long_comes_in_pages_the_latest_first(client: FlaskClient) -> None:
    with transaction() as session:
        day = make_day(session)
        for number in range(60):
            at = NOW + timedelta(minutes=number)
            record(session, line("closed", of_day(day), actor=DESK, now=at, reason=f"Reason {number}."))
        assert session.query(History).count() == 60
    sign_in(client, Role.ORGANISER, language="en")

    first = client.get(f"{URL}/history").text
    link = first.split("/history?cursor=")[1].split('"')[0]
    second = client.get(f"{URL}/history?cursor={link}").text

    assert [f"Reason {number}." in first for number in (59, 10, 9)] == [True, True, False]
    assert [f"Reason {number}." in second for number in (10, 9, 0)] == [False, True, True]
    assert "cursor=" not in second


def test_history_when_the_cursor_is_none_says_so(client: FlaskClient) -> None:
    with transaction() as session:
        make_day(session)
    sign_in(client, Role.ORGANISER)

    assert client.get(f"{URL}/history?cursor=x").status_code == 422
