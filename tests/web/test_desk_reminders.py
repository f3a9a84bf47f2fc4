"""The study day's own page at the desk says which reminders go when, and to how many they went."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.coming import say_coming
from service.usecases.remind import remind
from tests.builders import FREE_UNTIL, NOW, STARTS_AT
from tests.conftest import Clock
from tests.staff import sign_in
from tests.statements import statements
from tests.usecases.steps import DESK, LINK, given_day, joined

URL = "/desk/study-days/integratiebeleid"
CALL = FREE_UNTIL - timedelta(days=4, hours=15)  # Wednesday 15 March, 09:00


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    given_day()
    sign_in(client, Role.ORGANISER, language="en")
    return client


def said(desk: FlaskClient) -> list[str]:
    """The sentences about reminders, in order."""
    names = "Last call|Practical reminder|Reminder to sign off"
    return re.findall(rf"<li>((?:{names}): [^<]*)</li>", desk.get(URL).text)


def test_reminders_when_still_to_go_are_announced_with_their_hours(desk: FlaskClient) -> None:
    joined(1)

    to_all, to_staff = (
        "to everyone whose place is confirmed by then.",
        "to the organisers, unless it has been done by then.",
    )
    assert said(desk) == [
        f"Last call: on Wednesday 15 March 2023, 09:00 (Brussels time) {to_all}",
        f"Practical reminder: on Wednesday 29 March 2023, 09:00 (Brussels time) {to_all}",
        f"Reminder to sign off: on Saturday 1 April 2023, 09:00 (Brussels time) {to_staff}",
        f"Reminder to sign off: on Saturday 8 April 2023, 09:00 (Brussels time) {to_staff}",
    ]


def test_reminders_when_gone_say_when_and_to_how_many(desk: FlaskClient, clock: Clock) -> None:
    joined(1), joined(2)
    with transaction() as session:
        remind(session, 1, now=CALL + timedelta(minutes=1))
    clock.set(CALL + timedelta(hours=1))
    sign_in(desk, Role.ORGANISER, language="en")  # their session is over by then

    assert said(desk)[0] == "Last call: sent on Wednesday 15 March 2023, 09:01 (Brussels time) to 2 people."


def test_reminders_when_missed_say_so(desk: FlaskClient, clock: Clock) -> None:
    joined(1)
    clock.set(STARTS_AT)
    sign_in(desk, Role.ORGANISER, language="en")  # their session is over by then

    assert said(desk)[:2] == [
        "Last call: not sent, since it came too late.",
        "Practical reminder: not sent, since it came too late.",
    ]


def test_reminders_when_nobody_is_registered_leave_out_the_request_to_sign_off(desk: FlaskClient) -> None:
    assert [line.partition(":")[0] for line in said(desk)] == ["Last call", "Practical reminder"]


def test_reminders_when_a_limit_is_kept_by_some_are_two_calls(desk: FlaskClient) -> None:
    joined(1)
    with transaction() as session:
        change_study_day(session, 1, {"free_cancellation_until": FREE_UNTIL - timedelta(days=7)}, actor=DESK, now=NOW)

    assert [line[:36] for line in said(desk)[:2]] == [
        "Last call: on Wednesday 8 March 2023",
        "Last call: on Wednesday 15 March 202",
    ]


def test_answer_when_given_stands_at_the_desk_with_the_registration(desk: FlaskClient) -> None:
    one = joined(1)
    with transaction() as session:
        say_coming(session, one, actor=LINK, now=CALL)

    page = desk.get(f"{URL}/registrations/{one}").text

    assert "They let us know on Wednesday 15 March 2023, 09:00 (Brussels time) that they are coming." in page
    assert "Says that they are coming" in page


def test_page_when_there_are_more_people_needs_no_more_statements(desk: FlaskClient) -> None:
    with statements() as few:
        desk.get(URL)
    for number in range(1, 6):
        joined(number)
    with statements() as many:
        desk.get(URL)

    assert len(many) <= len(few)
