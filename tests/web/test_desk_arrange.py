from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.extensions import db
from service.models import History, Message, Organiser, StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, make_application, make_day, make_organiser
from tests.staff import sign_in
from tests.web.form import form_of

NEW = "/desk/study-days/new"
URL = "/desk/study-days/integratiebeleid"
FILLED = {
    "kind": "inspiration_day",
    "languages.nl": "1",
    "languages.fr": "1",
    "title.nl": "Buddy’s & beleid",
    "title.fr": "Parrainage",
    "description.nl": "**Vet** nieuws",
    "time_zone": "Europe/Brussels",
    "starts_at.date": "2023-03-31",
    "starts_at.time": "10:15",
    "ends_at.date": "2023-03-31",
    "ends_at.time": "17:00",
    "opens_at.date": "2023-02-10",
    "closes_at.date": "2023-03-20",
    "closes_at.reading": "until_and_including",
    "free_cancellation_until.date": "2023-03-20",
    "free_cancellation_until.reading": "before",
    "capacity": "60",
    "waiting_list": "1",
    "fee_cents": "12,50",
    "late_cancellation_policy": "unless_refilled",
    "offer_hours": "24",
    "venue.name": "KBR",
    "venue.city": "Brussel",
    "venue.country": "BE",
    "shown": "nl fr",
    "sessions.1.starts_at.time": "10:15",
    "sessions.1.ends_at.time": "11:00",
    "sessions.1.title.nl": "Welkom",
    "sessions.1.title.fr": "Accueil",
    "sessions.1.room": "Auditorium",
    "questions.0.label.nl": "Lunch?",
    "questions.0.kind": "choice",
    "questions.0.required": "1",
    "questions.0.options": "veg = Vegetarisch | Végétarien\nAlles | Tout",
    "partners.0.name": "AMIF",
    "partners.0.url": "https://amif.example",
    "partners.0.role": "funder",
    "partners.1.name": "Nobody",
    "partners.1.remove": "1",
    "materials.0.title": "Slides",
    "materials.0.url": "https://example.org/slides.pdf",
    "materials.0.kind": "slides",
    "materials.0.language": "nl",
    "project.name": "IncluCities",
}


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An organiser with the model case, signed in."""
    with transaction() as session:
        make_day(session, capacity=2, audience={}, summary={})
    sign_in(client, Role.ORGANISER, language="en")
    return client


def day_row(slug: str = "integratiebeleid") -> StudyDay:
    return db.session.execute(sa.select(StudyDay).where(StudyDay.slug == slug)).scalar_one()


def edited(desk: FlaskClient, **changes: str) -> dict[str, str]:
    """The form of the model case as the page gives it, with changes."""
    return {**form_of(desk.get(f"{URL}/edit").text), **changes}


def test_study_day_when_made_has_all_that_was_filled_in(desk: FlaskClient) -> None:
    answer = desk.post(NEW, data=FILLED)

    assert (answer.status_code, answer.location) == (303, "/desk/study-days/buddys-beleid?done=created")
    day = day_row("buddys-beleid")
    assert (day.kind, day.languages, day.title) == (
        "inspiration_day",
        ["nl", "fr"],
        {"nl": "Buddy’s & beleid", "fr": "Parrainage"},
    )
    assert (day.starts_at, day.ends_at) == (STARTS_AT, ENDS_AT)
    assert day.opens_at == datetime(2023, 2, 9, 23, tzinfo=UTC)
    assert (day.closes_at, day.free_cancellation_until) == (CLOSES_AT, FREE_UNTIL)
    assert (day.capacity, day.waiting_list, day.fee_cents, day.offer_hours) == (60, True, 1250, 24)
    assert (day.late_cancellation_policy, day.mailbox, day.published) == (
        "unless_refilled",
        "events_bsog@vub.be",
        False,
    )
    assert day.venue == {"name": "KBR", "street": "", "postal_code": "", "city": "Brussel", "country": "BE"}
    assert day.sessions == [
        {
            "starts_at": "2023-03-31T08:15:00+00:00",
            "ends_at": "2023-03-31T09:00:00+00:00",
            "title": {"nl": "Welkom", "fr": "Accueil"},
            "speakers": "",
            "room": "Auditorium",
        }
    ]
    assert [(row["kind"], row["required"], row["label"]) for row in day.questions] == [
        ("choice", True, {"nl": "Lunch?"})
    ]
    assert day.questions[0]["options"] == [
        {"value": "veg", "label": {"nl": "Vegetarisch", "fr": "Végétarien"}},
        {"value": "Alles", "label": {"nl": "Alles", "fr": "Tout"}},
    ]
    assert day.partners == [{"name": "AMIF", "url": "https://amif.example", "role": "funder"}]
    assert day.materials == [
        {"title": "Slides", "url": "https://example.org/slides.pdf", "kind": "slides", "language": "nl"}
    ]
    assert day.project == {"name": "IncluCities", "funder": "", "period": ""}


def test_study_day_when_opened_and_saved_as_it_is_stays_so(desk: FlaskClient) -> None:
    desk.post(NEW, data=FILLED)
    url = "/desk/study-days/buddys-beleid"
    page = desk.get(f"{url}/edit").text

    answer = desk.post(f"{url}/edit", data=form_of(page))

    assert answer.status_code == 303
    assert day_row("buddys-beleid").revision == 1


def test_limits_when_edited_stand_in_the_reading_in_which_they_print(desk: FlaskClient) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(free_cancellation_until=FREE_UNTIL + timedelta(hours=12)))

    form = form_of(desk.get(f"{URL}/edit").text)

    assert [form[f"closes_at.{name}"] for name in ("reading", "date", "time")] == [
        "until_and_including",
        "2023-03-20",
        "",
    ]
    names = [f"free_cancellation_until.{name}" for name in ("reading", "date", "time")]
    assert [form[name] for name in names] == ["before", "2023-03-20", "12:00"]


def test_limit_when_closed_to_the_second_is_not_moved_by_saving(desk: FlaskClient) -> None:
    closed = NOW + timedelta(seconds=42, microseconds=7)
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(closes_at=closed))

    desk.post(f"{URL}/edit", data=edited(desk, **{"summary.en": "New"}))

    assert (day_row().summary, day_row().closes_at) == ({"en": "New"}, closed)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"starts_at.date": "2023-03-26", "starts_at.time": "02:30"}, "starts_at", "This time does not exist"),
        ({"starts_at.time": ""}, "starts_at", "Give both the date and the time."),
        ({"starts_at.date": "", "starts_at.time": "", "sessions.1.remove": "1"}, "starts_at", "Fill this in."),
        ({"ends_at.time": "09:00"}, "ends_at", "The end must be after the start."),
        ({"closes_at.date": "2023-04-02"}, "closes_at", "Registration must close before the start"),
        ({"opens_at.date": "2023-03-25"}, "opens_at", "Registration must open before it closes."),
        ({"free_cancellation_until.date": "2023-05-01"}, "free_cancellation_until", "Free cancellation cannot last"),
        ({"capacity": "0"}, "capacity", "This number is too small or too large."),
        ({"capacity": "-3"}, "capacity", "This number is too small or too large."),
        ({"capacity": "many"}, "capacity", "This must be a whole number."),
        ({"capacity": "9" * 30}, "capacity", "This number is too small or too large."),
        ({"fee_cents": "-1"}, "fee_cents", "This number is too small or too large."),
        ({"fee_cents": "15000"}, "fee_cents", "This number is too small or too large."),
        ({"fee_cents": "fifteen"}, "fee_cents", "This is no amount."),
        ({"time_zone": "Europe/Atlantis"}, "time_zone", "There is no such time zone."),
        ({"title.fr": ""}, "title.fr", "A text is missing in one of the chosen languages."),
        ({"title.nl": "", "title.fr": ""}, "title.nl", "Fill this in."),
        ({"title.nl": "x" * 201}, "title.nl", "This is too long."),
        ({"languages.nl": "", "languages.fr": ""}, "languages", "Fill this in."),
        ({"mailbox": "nobody"}, "mailbox", "This is no e-mail address."),
        ({"online_url": "javascript:alert(1)"}, "online_url", "This must be a full address"),
        ({"slug": "Not A Slug"}, "slug", "Use small letters, digits and hyphens only."),
        ({"slug": "integratiebeleid"}, "slug", "This is in use already."),
        ({"venue.name": ""}, "venue.name", "Fill this in."),
        ({"sessions.1.title.nl": "", "sessions.1.title.fr": ""}, "sessions.1.title.nl", "Fill this in."),
        ({"sessions.1.ends_at.time": "10:00"}, "sessions.1.ends_at", "The end must be after the start."),
        ({"sessions.1.starts_at.time": ""}, "sessions.1.starts_at", "Give both the date and the time."),
        ({"questions.0.options": ""}, "questions.0.options", "A choice needs at least one value."),
        ({"questions.0.options": "a\na"}, "questions.0.options", "Something stands here twice."),
        ({"partners.0.url": "amif"}, "partners.0.url", "This must be a full address"),
        ({"materials.0.url": ""}, "materials.0.url", "Fill this in."),
    ],
)
def test_form_when_something_is_wrong_says_so_at_the_field_and_keeps_all(
    desk: FlaskClient, changes: dict[str, str], field: str, said: str
) -> None:
    sent = {name: text for name, text in {**FILLED, **changes}.items() if text or not name.startswith("languages.")}

    answer = desk.post(NEW, data=sent)

    assert answer.status_code in {409, 422}
    assert f'<a href="#f-{field}">' in answer.text
    assert f'id="f-{field}"' in answer.text
    errors = answer.text.split('id="errors"')[1].split("</ul>")[0]
    assert said in errors
    assert errors.count("<li>") == 1
    back = form_of(answer.text)
    assert {name: back.get(name) for name in sent} == sent
    assert db.session.execute(sa.select(sa.func.count(StudyDay.id))).scalar_one() == 1


def test_form_when_rows_are_added_keeps_everything(desk: FlaskClient) -> None:
    first = form_of(desk.post(NEW, data={**FILLED, "add": "sessions"}).text)
    second = form_of(desk.post(NEW, data={**first, "add": "languages", "languages.de": "1"}).text)

    assert {name: second.get(name) for name in FILLED if name not in {"shown", "questions.0.options"}} == {
        name: text for name, text in FILLED.items() if name not in {"shown", "questions.0.options"}
    }
    assert "sessions.6.room" in first
    assert "sessions.1.title.de" in second
    assert second["questions.0.options"] == "veg = Vegetarisch | Végétarien\nAlles | Tout"
    assert second["shown"] == "nl fr de"
    assert db.session.execute(sa.select(sa.func.count(StudyDay.id))).scalar_one() == 1


def test_study_day_when_several_organisers_are_ones_own_asks_for_which(desk: FlaskClient) -> None:
    with transaction() as session:
        make_organiser(session, slug="town", name="Town")
        make_organiser(session, slug="theirs", name="Theirs")
    sign_in(desk, Role.ORGANISER, organiser="town", email="organiser@bsog.example")

    assert 'value="theirs"' not in desk.get(NEW).text
    assert desk.post(NEW, data={**FILLED, "organiser": "theirs"}).status_code == 422
    assert desk.post(NEW, data=FILLED).status_code == 422
    assert desk.post(NEW, data={**FILLED, "organiser": "town"}).status_code == 303
    owner = db.session.execute(sa.select(Organiser.slug).join(StudyDay).where(StudyDay.slug == "buddys-beleid"))
    assert owner.scalar_one() == "town"


def test_change_when_nobody_must_hear_of_it_is_saved_at_once(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/edit", data=edited(desk, **{"capacity": "5", "closes_at.date": "2023-03-22"}))

    assert (answer.status_code, answer.location) == (303, f"{URL}?done=saved")
    page = desk.get(answer.location).text
    assert "The changes have been saved." in page
    assert "Registration is possible until and including Wednesday 22 March 2023, 23:59 (Brussels time)." in page
    line = db.session.execute(sa.select(History).where(History.action == "changed")).scalar_one()
    assert line.facts["fields"] == ["capacity", "closes_at"]


def test_change_when_people_must_hear_of_it_says_whom_and_what_first(desk: FlaskClient) -> None:
    sign_up(1, 2)
    form = edited(
        desk, **{"starts_at.time": "11:00", "venue.name": "BOZAR", "fee_cents": "20", "title.en": "New <title>"}
    )

    asked = desk.post(f"{URL}/edit", data=form)

    assert asked.status_code == 200
    for said in (
        "2 people get a mail about it",
        "Friday 31 March 2023, 10:15 (Brussels time)",
        "Friday 31 March 2023, 11:00 (Brussels time)",
        "BOZAR, Kunstberg 28, 1000 Brussel, Belgium",
        "€20.00",
        "All of them can then cancel free until and including Sunday 19 March 2023",
    ):
        assert said in asked.text
    assert day_row().starts_at == STARTS_AT

    kept = {**form_of(asked.text), "tell": "1"}
    assert kept["title.en"] == "New <title>"
    assert desk.post(f"{URL}/edit", data=kept).status_code == 303
    assert day_row().starts_at == STARTS_AT + timedelta(minutes=45)
    assert letters().count("study_day_changed") == 2


def test_change_when_only_the_title_is_new_asks_for_those_who_have_it_in_their_calendar(desk: FlaskClient) -> None:
    sign_up(1, 2)
    form = edited(desk, **{"title.nl": "Samen aan <integratie>"})

    asked = desk.post(f"{URL}/edit", data=form)

    assert "2 people get a mail about it" in asked.text
    assert "Samen aan &lt;integratie&gt;" in asked.text
    assert "cancel free" not in asked.text
    assert desk.post(f"{URL}/edit", data={**form_of(asked.text), "tell": "1"}).status_code == 303
    assert letters().count("study_day_changed") == 2


def test_change_when_taken_back_at_the_question_returns_to_the_form(desk: FlaskClient) -> None:
    sign_up(1)
    asked = desk.post(f"{URL}/edit", data=edited(desk, **{"starts_at.time": "11:00"}))

    back = desk.post(f"{URL}/edit", data={**form_of(asked.text), "back": "1"})

    assert back.status_code == 200
    assert form_of(back.text)["starts_at.time"] == "11:00"
    assert day_row().starts_at == STARTS_AT


def test_change_when_capacity_is_below_what_is_taken_says_so(desk: FlaskClient) -> None:
    sign_up(1, 2)

    answer = desk.post(f"{URL}/edit", data=edited(desk, capacity="1"))

    assert answer.status_code == 422
    assert "More places than that are taken already." in answer.text


def test_change_when_somebody_else_was_faster_shows_theirs_and_keeps_ones_own(desk: FlaskClient) -> None:
    form = edited(desk, **{"title.en": "Mine", "summary.en": "My summary"})
    theirs = {"title": {**day_row().title, "en": "Theirs"}, "capacity": 7}
    by_other(theirs)

    answer = desk.post(f"{URL}/edit", data=form)

    assert answer.status_code == 409
    assert "organiser@bsog.example has changed this study day in the meantime" in answer.text
    assert "<li>Capacity: 7</li>" in answer.text
    assert "Somebody else made this of it: Theirs" in answer.text
    merged = form_of(answer.text)
    assert (merged["title.en"], merged["summary.en"], merged["capacity"]) == ("Mine", "My summary", "7")
    assert day_row().title["en"] == "Theirs"

    assert desk.post(f"{URL}/edit", data=merged).status_code == 303
    assert (day_row().title["en"], day_row().summary, day_row().capacity) == ("Mine", {"en": "My summary"}, 7)


def test_change_when_closed_meanwhile_does_not_open_it_again(desk: FlaskClient) -> None:
    form = edited(desk, **{"summary.en": "Mine"})
    desk.post(f"{URL}/close", data={"reason": "full"})

    merged = form_of(desk.post(f"{URL}/edit", data=form).text)
    desk.post(f"{URL}/edit", data=merged)

    assert (day_row().closes_at, day_row().summary) == (NOW, {"en": "Mine"})


def test_change_when_called_off_is_refused_with_the_form(desk: FlaskClient) -> None:
    form = edited(desk, **{"summary.en": "Mine"})
    desk.post(f"{URL}/cancel", data={"reason": "Snow", "confirm": "1"})
    merged = form_of(desk.post(f"{URL}/edit", data=form).text)

    answer = desk.post(f"{URL}/edit", data=merged)

    assert answer.status_code == 409
    assert "The study day does not take place" in answer.text


def test_change_when_the_address_changes_leads_to_the_new_one(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/edit", data=edited(desk, slug="elsewhere"))

    assert (answer.status_code, answer.location) == (303, "/desk/study-days/elsewhere?done=saved")


def sign_up(*numbers: int) -> None:
    with transaction() as session:
        for number in numbers:
            register(session, "integratiebeleid", make_application(number), actor=SYSTEM, now=NOW)


def letters() -> list[str]:
    return list(db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars())


def by_other(values: dict[str, Any]) -> None:
    """A colleague saves these."""
    with transaction() as session:
        actor = type(SYSTEM)("staff", "desk", 1)
        change_study_day(session, 1, values, actor=actor, now=NOW)
