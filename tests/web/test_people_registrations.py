import csv
from datetime import datetime, timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.models import History, Message, Registration, StudyDay
from service.transaction import transaction
from tests.builders import CLOSES_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.conftest import Clock
from tests.life import ELS, join
from tests.staff import sign_in
from tests.statements import statements
from tests.web.people import URL, desk_after, words

LIST = f"{URL}/registrations"
NAMES = ("present", "absent", "in_time", "late", "unreachable", "waiting")


@pytest.fixture
def ids(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, CLOSES_AT)


def row(registration_id: int) -> Registration:
    return db.session.get_one(Registration, registration_id)


def sheet(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{LIST}.csv{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="registrations-integratiebeleid.csv"'
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=";", strict=True))


@pytest.mark.usefixtures("ids")
def test_list_when_opened_shows_everybody_with_their_state(client: FlaskClient) -> None:
    text = words(client.get(LIST).text)

    for said in (
        "All 6 Waiting Offered Confirmed 3 Cancelled 3",
        "An1 Peeters an1@example.org Stad Voorbeeld Confirmed Present 1 Feb 2023, 10:00",
        "An4 Øster o.ster@example.org Stad Voorbeeld Cancelled too late",
        "An5 De Smet an5@example.org Stad Voorbeeld Confirmed Mail not delivered",
    ):
        assert said in text


def test_list_when_searched_finds_without_accents(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.get(f"{LIST}?q=helene+ANGSTROM")

    assert f'href="{URL}/registrations/{ids["absent"]}"' in answer.text
    assert f'href="{URL}/registrations/{ids["present"]}"' not in answer.text
    assert f'href="{LIST}?status=confirmed&amp;q=helene+ANGSTROM"' in answer.text


@pytest.mark.usefixtures("ids")
def test_list_when_nothing_is_found_says_what_was_looked_for(client: FlaskClient) -> None:
    assert "Nobody is found by “&lt;b&gt;”." in words(client.get(f"{LIST}?q=%3Cb%3E").text)


@pytest.mark.usefixtures("ids")
def test_list_when_the_filter_is_nonsense_shows_all(client: FlaskClient) -> None:
    assert "An1 Peeters" in client.get(f"{LIST}?status=nonsense").text


@pytest.mark.usefixtures("ids")
def test_list_when_the_cursor_is_nonsense_refuses_in_words(client: FlaskClient) -> None:
    answer = client.get(f"{LIST}?cursor=x")

    assert answer.status_code == 422
    assert "Something in the form is not right" in answer.text


@pytest.mark.usefixtures("ids")
def test_list_when_longer_than_a_page_goes_on(client: FlaskClient) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=None, closes_at=STARTS_AT))
        last = [join(session, number, now=NOW + timedelta(minutes=number)) for number in range(100, 145)][-1]

    first = client.get(LIST).text
    following = first.partition("?cursor=")[2].partition('"')[0]
    second = client.get(f"{LIST}?cursor={following}").text

    assert f'/registrations/{last}"' not in first
    assert f'/registrations/{last}"' in second
    assert f'<a class="button second small" href="{LIST}">Back to the beginning</a>' in second


def test_list_when_people_wait_or_hold_offers_says_who_is_next_and_until_when(
    client: FlaskClient, ids: dict[str, int]
) -> None:
    with transaction() as session:
        waiting = {"status": "waiting", "cancelled_at": None}
        session.execute(sa.update(Registration).where(Registration.id == ids["waiting"]).values(waiting))
        for name, hours in (("absent", 20), ("unreachable", 10)):
            offered = {"status": "offered", "offered_until": CLOSES_AT + timedelta(hours=hours)}
            session.execute(sa.update(Registration).where(Registration.id == ids[name]).values(offered))

    offers, queue = (words(client.get(f"{LIST}?status={status}").text) for status in ("offered", "waiting"))

    assert "before 10:00 on Tuesday 21 March 2023 (Brussels time) Hélène Ångström" in offers
    assert "before 20:00 on Tuesday 21 March 2023 (Brussels time)" in offers
    assert "Position Name Organisation Status Signed up on 1 An6 Wachter" in queue


def test_list_when_it_grows_costs_the_same_statements(client: FlaskClient, ids: dict[str, int]) -> None:
    def cost(address: str) -> int:
        with statements() as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    pages = (LIST, f"{LIST}?q=an", f"{LIST}.csv", f"{LIST}/{ids['late']}")
    few = [cost(address) for address in pages]
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=None, closes_at=STARTS_AT))
        for number in range(100, 140):
            join(session, number, now=NOW + timedelta(minutes=number))

    assert [cost(address) for address in pages] == few == [7, 8, 5, 12]


def test_sheet_when_downloaded_holds_what_everybody_gave(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        question = {"id": "bus", "kind": "yes_no", "label": {"nl": "Met de bus?", "en": "By bus?"}, "required": False}
        session.execute(sa.update(StudyDay).values(questions=[question]))
        person = session.get_one(Registration, ids["late"])
        person.answers, person.dietary, person.phone = {"bus": True}, "Geen noten;\ngeen vis", "+32 2 123 45 67"
        person.first_name, person.remarks = '=HYPERLINK("http://evil.example")', "@SUM(A1)"

    rows = sheet(client)

    assert [found["Nr."] for found in rows] == [str(ids[name]) for name in ids if name in NAMES]
    late = rows[3]
    assert late["First name"] == '\'=HYPERLINK("http://evil.example")'
    assert late["Last name"] == "Øster"
    assert (late["Dietary needs"], late["Phone"]) == ("Geen noten;\ngeen vis", "'+32 2 123 45 67")
    assert (late["Remarks"], late["By bus?"]) == ("'@SUM(A1)", "Yes")
    assert (late["Signed up on"], late["Cancelled on"]) == ("01/02/2023 10:00", "20/03/2023 00:00")
    assert (late["Fee accepted (EUR)"], late["Verdict"], late["Reason"]) == ("15,00", "too late", "Belde")
    assert (rows[4]["Mails sent"], rows[4]["Mails not delivered"]) == ("0", "1")
    assert not [cell for found in rows for cell in found.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.usefixtures("ids")
def test_sheet_when_filtered_is_what_the_list_shows(client: FlaskClient) -> None:
    assert [found["Last name"] for found in sheet(client, "?status=confirmed&q=example")] == [
        "Peeters",
        "Ångström",
        "De Smet",
    ]


def test_person_when_opened_tells_the_whole_story(client: FlaskClient, ids: dict[str, int]) -> None:
    late = words(client.get(f"{LIST}/{ids['late']}").text)
    present = words(client.get(f"{LIST}/{ids['present']}").text)

    for said in (
        "Ended on Monday 20 March 2023, 00:00 (Brussels time), called in, by the organiser: too late.",
        "Reason: Belde",
        "Fee: €15.00.",
        "Cancelling free of charge: until and including Sunday 19 March 2023, 23:59 (Brussels time).",
        "Place confirmed Sent",
        "Cancelled too late Sent",
        f"Registration cancelled 20 Mar 2023, 00:00 · {ELS} · desk",
    ):
        assert said in late
    assert "At the door 31 Mar 2023, 10:05: checked in" in present


def test_person_when_of_another_study_day_is_not_found(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        day = session.get_one(StudyDay, ids["day"])
        values = {
            name: getattr(day, name)
            for name in ("organiser_id", "title", "languages", "starts_at", "ends_at", "closes_at", "mailbox")
        }
        session.add(
            StudyDay(slug="other", free_cancellation_until=FREE_UNTIL, published=True, created_at=NOW, **values)
        )

    for end in ("", "/cancel", "/remove"):
        assert client.get(f"/desk/study-days/other/registrations/{ids['present']}{end}").status_code == 404


@pytest.mark.parametrize(
    ("at", "consequence", "verdict"),
    [
        (FREE_UNTIL - TICK, "No fee follows: for this person cancelling is free until and including", "on_time"),
        (FREE_UNTIL, "The fee of €15.00 stays due.", "late"),
    ],
)
def test_cancel_on_request_when_the_limit_passes_says_so_before_the_button(
    client: FlaskClient, clock: Clock, ids: dict[str, int], at: datetime, consequence: str, verdict: str
) -> None:
    clock.set(at)
    url = f"{LIST}/{ids['absent']}"

    asked = client.get(f"{url}/cancel").text
    answer = client.post(f"{url}/cancel", data={"reason": "Belde om 9 uur"})

    assert consequence in words(asked).partition("Reason")[0]
    assert (answer.status_code, answer.location) == (303, f"{url}?done=cancelled")
    person = row(ids["absent"])
    assert (person.cancelled_channel, person.cancelled_verdict) == ("organiser", verdict)
    assert (person.cancelled_reason, person.cancelled_by) == ("Belde om 9 uur", "staff")
    assert "The registration is cancelled; a mail says so." in client.get(answer.location).text
    line = db.session.execute(sa.select(History).order_by(History.id.desc()).limit(1)).scalar_one()
    assert (line.action, line.channel) == ("cancelled", "desk")


def test_remove_when_the_limit_has_passed_means_no_fee(client: FlaskClient, ids: dict[str, int]) -> None:
    url = f"{LIST}/{ids['absent']}"

    asked = client.get(f"{url}/remove").text
    answer = client.post(f"{url}/remove", data={"reason": "Dubbel"})

    assert "No fee follows, whatever the date." in asked
    assert answer.location == f"{url}?done=removed"
    assert (row(ids["absent"]).cancelled_channel, row(ids["absent"]).cancelled_verdict) == ("removed", "on_time")


@pytest.mark.parametrize("name", ["cancel", "remove"])
def test_ending_when_no_reason_is_given_asks_for_it(client: FlaskClient, ids: dict[str, int], name: str) -> None:
    answer = client.post(f"{LIST}/{ids['absent']}/{name}", data={"reason": " "})

    assert answer.status_code == 422
    assert '<a href="#f-reason">Reason – Fill this in.</a>' in answer.text
    assert row(ids["absent"]).status == "confirmed"


@pytest.mark.parametrize("name", ["cancel", "remove"])
def test_ending_when_ended_already_says_so_and_offers_no_button(
    client: FlaskClient, ids: dict[str, int], name: str
) -> None:
    url = f"{LIST}/{ids['late']}"

    answer = client.post(f"{url}/{name}", data={"reason": "again"})

    assert answer.status_code == 409
    assert "This registration has ended already." in answer.text
    assert '<button class="button danger"' not in answer.text
    assert f"{url}/cancel" not in client.get(url).text


def test_ending_when_the_study_day_has_begun_is_over(client: FlaskClient, clock: Clock, ids: dict[str, int]) -> None:
    clock.set(STARTS_AT)
    sign_in(client, Role.ORGANISER, language="en")
    url = f"{LIST}/{ids['absent']}"

    assert "The study day has begun" in client.get(f"{url}/cancel").text
    assert client.post(f"{url}/cancel", data={"reason": "late"}).status_code == 409
    assert row(ids["absent"]).status == "confirmed"


def test_looking_when_only_looking_changes_nothing(client: FlaskClient, ids: dict[str, int]) -> None:
    counted = sa.select(sa.func.count(Message.id))
    before = db.session.execute(counted).scalar_one()

    for end in ("", "/cancel", "/remove"):
        client.get(f"{LIST}/{ids['absent']}{end}")
        client.head(f"{LIST}/{ids['absent']}{end}")

    assert row(ids["absent"]).status == "confirmed"
    assert db.session.execute(counted).scalar_one() == before
