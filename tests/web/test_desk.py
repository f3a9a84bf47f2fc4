from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.extensions import db
from service.models import History, Message, Registration, StudyDay
from service.reports.alarms import LATE
from service.transaction import transaction
from service.usecases.admit import request_late
from service.usecases.register import register
from tests.builders import (
    CLOSES_AT,
    ENDS_AT,
    FREE_UNTIL,
    NOW,
    STARTS_AT,
    TICK,
    make_application,
    make_day,
    make_organiser,
)
from tests.conftest import Clock
from tests.staff import sign_in
from tests.statements import statements

URL = "/desk/study-days/integratiebeleid"


def arrange(**overrides: Any) -> None:
    with transaction() as session:
        make_day(session, **overrides)


def sign_up(*numbers: int, at: Any = NOW) -> None:
    with transaction() as session:
        for number in numbers:
            register(session, "integratiebeleid", make_application(number), actor=SYSTEM, now=at)


def day_row() -> StudyDay:
    return db.session.execute(sa.select(StudyDay)).scalar_one()


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An organiser of the model case, signed in, whose language is English."""
    arrange(capacity=2)
    sign_in(client, Role.ORGANISER, language="en")
    return client


def test_refusal_when_signed_in_speaks_the_language_of_the_staff(desk: FlaskClient) -> None:
    answer = desk.get("/desk/study-days/none", headers={"Accept-Language": "fr"})

    assert answer.status_code == 404
    assert '<html lang="en">' in answer.text


def test_list_when_nothing_is_to_be_done_says_so(desk: FlaskClient) -> None:
    answer = desk.get("/desk/")

    assert "Nothing waits for you." in answer.text
    assert f'href="{URL}"' in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "1000000", "9" * 30])
def test_list_when_there_can_be_no_such_page(desk: FlaskClient, page: str) -> None:
    assert desk.get(f"/desk/?page={page}").status_code == 404


def test_list_when_things_wait_names_them_with_their_links(desk: FlaskClient, clock: Clock) -> None:
    sign_up(1, 2, 3)
    with transaction() as session:
        request_late(session, "integratiebeleid", make_application(9), "Please", actor=SYSTEM, now=CLOSES_AT)
        session.execute(sa.update(Message).where(Message.registration_id == 1).values(state="failed"))
        values = {"status": "offered", "offered_until": CLOSES_AT + timedelta(hours=13)}
        session.execute(sa.update(Registration).where(Registration.id == 2).values(values))
    clock.set(CLOSES_AT)
    sign_in(desk, Role.ORGANISER, language="en")

    text = desk.get("/desk/").text

    assert f'<a href="{URL}/late-requests">1 late request waits for an answer</a>' in text
    assert f'<a href="{URL}/mails?state=failed">1 mail could not be delivered</a>' not in text  # too long ago
    assert f'<a href="{URL}/registrations?status=offered">1 offer is open</a>' in text
    assert "the first before 13:00 on Tuesday 21 March 2023 (Brussels time)" in text


def test_list_when_a_mail_failed_lately_names_it(desk: FlaskClient) -> None:
    sign_up(1)
    with transaction() as session:
        session.execute(sa.update(Message).values(state="failed"))

    assert f'<a href="{URL}/mails?state=failed">1 mail could not be delivered</a>' in desk.get("/desk/").text


def test_list_when_a_mail_failed_says_which_why_and_what_to_do(desk: FlaskClient) -> None:
    sign_up(1)
    with transaction() as session:
        values = {"state": "failed", "error": "550 5.1.1 <x> unknown"}
        session.execute(sa.update(Message).where(Message.id == 1).values(values))

    for page in ("/desk/", URL):
        text = desk.get(page).text
        assert (
            f'<b><a href="{URL}/mails/1">Place confirmed</a></b> <span class="address">an1@example.org</span>' in text
        )
        assert "The receiver’s mail server does not know this address." in text
        assert "550 5.1.1 &lt;x&gt; unknown" in text

    desk.post(f"{URL}/mails/1/dismiss")
    assert "Nothing waits for you." in desk.get("/desk/").text
    assert "an1@example.org" not in desk.get(URL).text


def test_desk_when_mail_leaves_late_says_since_when_and_why(desk: FlaskClient, clock: Clock) -> None:
    sign_up(1)
    with transaction() as session:
        session.execute(sa.update(Message).values(error="535 5.7.8 wrong password"))
    seen = []
    for after in (LATE - TICK, LATE):
        clock.set(NOW + after)
        seen.append([desk.get(page).text for page in ("/desk/", URL)])

    assert ["Mail leaves late" in text for text in seen[0]] == [False, False]
    for text in seen[1]:
        assert "1 mail has been waiting, since Wednesday 1 February 2023, 10:00 (Brussels time)." in text
        assert "The mail server: “535 5.7.8 wrong password”." in text


def test_list_when_limits_are_near_says_them_until_they_pass(desk: FlaskClient, clock: Clock) -> None:
    free, closes = "Cancelling is free until and including Sunday 19", "Registration is possible until and including"
    seen = []
    for at in (FREE_UNTIL - timedelta(days=8), FREE_UNTIL - timedelta(days=7), FREE_UNTIL, CLOSES_AT):
        clock.set(at)
        sign_in(desk, Role.ORGANISER, language="en")
        text = desk.get("/desk/").text
        seen.append((free in text, closes in text))

    assert seen == [(False, False), (True, False), (False, True), (False, False)]


def test_list_when_the_day_is_over_asks_for_the_sign_off_once_somebody_held_a_place(
    desk: FlaskClient, clock: Clock
) -> None:
    asks = f'href="{URL}/sign-off"'
    clock.set(ENDS_AT)
    sign_in(desk, Role.ORGANISER)
    assert asks not in desk.get("/desk/").text

    sign_up(1)
    assert asks in desk.get("/desk/").text

    with transaction() as session:
        session.execute(sa.update(StudyDay).values(signed_off_at=ENDS_AT))
    assert asks not in desk.get("/desk/").text


def test_list_when_it_grows_costs_the_same_statements(desk: FlaskClient, clock: Clock) -> None:
    def cost() -> int:
        with statements() as seen:
            assert desk.get("/desk/").status_code == 200
        return len(seen)

    few = cost()
    with transaction() as session:
        organiser = day_row().organiser
        for number in range(30):
            ended = {"closes_at": NOW, "starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
            make_day(session, organiser=organiser, slug=f"day-{number}", taken=number, **(ended if number % 2 else {}))
    clock.set(NOW + timedelta(hours=2))

    assert cost() == few == 12


def test_list_when_days_belong_to_others_leaves_them_out(desk: FlaskClient) -> None:
    with transaction() as session:
        make_day(session, organiser=make_organiser(session, slug="other"), slug="theirs")

    assert "theirs" not in desk.get("/desk/").text
    sign_in(desk, Role.ADMIN)
    assert "theirs" in desk.get("/desk/").text


def test_overview_when_open_says_limits_seats_and_pages(desk: FlaskClient) -> None:
    sign_up(1, 2, 3)

    text = " ".join(desk.get(URL).text.split())

    for sentence in (
        "Registration is possible until and including Monday 20 March 2023, 23:59 (Brussels time).",
        "Cancelling is free until and including Sunday 19 March 2023, 23:59 (Brussels time).",
        "Who neither cancels in time nor comes owes €15.00. Who cancels late owes it as well.",
        "2 of 2 seats are taken, 0 are free.",
        "<dt>Confirmed places</dt><dd>2</dd>",
        "<dt>Waiting</dt><dd>1</dd>",
        '<a href="/nl/integratiebeleid" hreflang="nl" lang="nl">Nederlands</a>',
    ):
        assert sentence in text


def test_overview_when_looked_at_by_a_helper_at_the_door_offers_no_change(desk: FlaskClient) -> None:
    sign_in(desk, Role.CHECKIN)

    text = desk.get(URL).text

    assert f'href="{URL}/check-in"' in text
    for end in ("edit", "close", "reopen", "cancel", "registrations", "mails", "history"):
        assert f'href="{URL}/{end}"' not in text


@pytest.mark.parametrize(
    ("at", "possible"),
    [
        (NOW, {"edit", "close", "reopen", "cancel"}),
        (CLOSES_AT, {"edit", "reopen", "cancel"}),
        (STARTS_AT, {"edit", "cancel"}),
        (ENDS_AT, {"edit"}),
    ],
)
def test_overview_when_time_passes_offers_what_is_possible(
    desk: FlaskClient, clock: Clock, at: Any, possible: set[str]
) -> None:
    clock.set(at)
    sign_in(desk, Role.ORGANISER)

    text = desk.get(URL).text

    assert {end for end in ("edit", "close", "reopen", "cancel") if f'href="{URL}/{end}"' in text} == possible


def test_close_when_a_reason_is_given_closes_now(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/close", data={"reason": "The room is full"})

    assert (answer.status_code, answer.location) == (303, f"{URL}?done=closed")
    assert day_row().closes_at == NOW
    line = db.session.execute(sa.select(History).order_by(History.id.desc()).limit(1)).scalar_one()
    assert (line.action, line.channel, line.reason) == ("closed", "desk", "The room is full")
    assert "Registration is closed." in desk.get(answer.location).text


def test_close_when_no_reason_is_given_asks_for_it(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/close", data={"reason": "  "})

    assert answer.status_code == 422
    assert '<a href="#f-reason">Reason – Fill this in.</a>' in answer.text
    assert day_row().closes_at == CLOSES_AT


def test_close_when_closed_already_keeps_what_was_typed(desk: FlaskClient) -> None:
    desk.post(f"{URL}/close", data={"reason": "first"})

    answer = desk.post(f"{URL}/close", data={"reason": "second <b>"})

    assert answer.status_code == 409
    assert "second &lt;b&gt;</textarea>" in answer.text


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({"until.date": "2023-03-22", "until.reading": "until_and_including"}, "2023-03-22T23:00:00+00:00"),
        ({"until.date": "2023-03-22", "until.reading": "before"}, "2023-03-21T23:00:00+00:00"),
        ({"until.date": "2023-03-22", "until.time": "12:00", "until.reading": "before"}, "2023-03-22T11:00:00+00:00"),
        (
            {"until.date": "2023-03-27", "until.time": "12:00", "until.reading": "until_and_including"},
            "2023-03-27T10:01:00+00:00",
        ),
    ],
)
def test_reopen_when_a_local_limit_is_typed_reads_it_as_chosen(
    desk: FlaskClient, clock: Clock, fields: dict[str, str], limit: str
) -> None:
    clock.set(CLOSES_AT)
    sign_in(desk, Role.ORGANISER)

    answer = desk.post(f"{URL}/reopen", data={**fields, "reason": "Two more rooms"})

    assert answer.status_code == 303
    assert day_row().closes_at.isoformat() == limit


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Fill this in."),
        ({"until.date": "2023-03-26", "until.time": "02:30"}, "This time does not exist"),
        ({"until.date": "2023-04-01"}, "Registration must close before the start, or at the start."),
        ({"until.date": "2023-01-31"}, "This must be in the future."),
        ({"until.date": "31/31/31"}, "This is no date and time."),
        ({"until.time": "12:00"}, "Fill this in."),
        ({"until.date": "9999-12-31"}, "This number is too small or too large."),
        ({"until.date": "2023-03-21", "until.reading": "after"}, "Choose one of the values."),
    ],
)
def test_reopen_when_the_limit_cannot_be_says_why_at_the_field(
    desk: FlaskClient, fields: dict[str, str], said: str
) -> None:
    answer = desk.post(f"{URL}/reopen", data={**fields, "reason": "Two more rooms"})

    assert answer.status_code == 422
    assert f'<p class="error" id="e-until">{said}' in answer.text
    assert "Two more rooms</textarea>" in answer.text
    assert f'value="{fields.get("until.date", "")}"' in answer.text


def test_reopen_when_still_open_shows_the_present_limit_in_its_reading(desk: FlaskClient) -> None:
    text = desk.get(f"{URL}/reopen").text

    assert '<option value="until_and_including" selected>until and including</option>' in text
    assert 'name="until.date" type="date" value="2023-03-20"' in text


def test_calling_off_when_the_box_is_not_ticked_changes_nothing(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/cancel", data={"reason": "Snow"})

    assert answer.status_code == 422
    assert 'href="#f-confirm"' in answer.text
    assert day_row().cancelled_at is None


def test_calling_off_when_confirmed_tells_everyone(desk: FlaskClient) -> None:
    sign_up(1, 2)
    assert "2 people get a mail" in desk.get(f"{URL}/cancel").text

    answer = desk.post(f"{URL}/cancel", data={"reason": "Snow", "confirm": "1"})

    assert answer.status_code == 303
    letters = db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars().all()
    assert letters == ["confirmed", "confirmed", "study_day_called_off", "study_day_called_off"]
    assert desk.post(f"{URL}/close", data={"reason": "late"}).status_code == 409
