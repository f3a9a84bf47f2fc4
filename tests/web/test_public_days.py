import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from service.locale import LANGUAGES
from service.transaction import transaction
from service.usecases.open_close import call_off
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.conftest import Clock
from tests.web.days import DESK, PAGE, arrange


def heading(page: str) -> str:
    return "".join(re.findall(r"<h1[^>]*>([^<]*)</h1>", page))


@pytest.mark.parametrize(
    ("wanted", "there"),
    [("fr-BE,fr;q=0.9,en;q=0.5", "/fr/"), ("de", "/de/"), ("es", "/nl/"), ("", "/nl/"), ("es,it;q=0.3", "/it/")],
)
def test_home_when_opened_leads_to_the_browsers_language(client: FlaskClient, wanted: str, there: str) -> None:
    answer = client.get("/", headers={"Accept-Language": wanted})

    assert (answer.status_code, answer.location) == (302, there)


def test_list_when_there_are_days_shows_those_to_come_first(client: FlaskClient, clock: Clock) -> None:
    day = arrange()
    organiser = day.organiser
    for number, moved in enumerate((7, -30, 3)):
        by = timedelta(days=moved)
        arrange(
            slug=f"day-{number}",
            organiser=organiser,
            title={"nl": f"Dag {number}"},
            starts_at=STARTS_AT + by,
            ends_at=ENDS_AT + by,
            closes_at=CLOSES_AT - timedelta(days=30),
            free_cancellation_until=FREE_UNTIL - timedelta(days=30),
        )
    arrange(slug="draft", organiser=organiser, published=False)
    clock.set(STARTS_AT - timedelta(days=1))

    page = client.get("/nl/").text

    assert re.findall(r'<h3><a href="/nl/([\w-]+)"', page) == ["integratiebeleid", "day-2", "day-0", "day-1"]
    assert page.index("Terugblik") < page.index("day-1")
    clock.set(ENDS_AT)
    assert re.findall(r'<h3><a href="/nl/([\w-]+)"', client.get("/nl/").text)[0] == "day-2"


def test_list_when_there_are_many_days_has_pages(client: FlaskClient) -> None:
    organiser = arrange().organiser
    for number in range(51):
        arrange(slug=f"day-{number}", organiser=organiser, starts_at=STARTS_AT + timedelta(minutes=number + 1))

    first, second = client.get("/nl/").text, client.get("/nl/?page=2").text

    assert (first.count('class="card day"'), second.count('class="card day"')) == (50, 2)
    assert 'href="/nl/?page=2"' in first
    assert {client.get(f"/nl/?page={wrong}").status_code for wrong in ("0", "-1", "99999999999999999999", "2000")} == {
        404
    }


def test_list_when_nothing_is_planned_says_so(client: FlaskClient) -> None:
    assert "geen studiedag gepland" in client.get("/nl/").text


PHASES: list[tuple[dict[str, Any], Any, str, bool]] = [
    ({"opens_at": NOW + TICK}, NOW, "Inschrijving opent later", False),
    ({}, NOW, "Inschrijvingen open", True),
    ({"capacity": 10, "taken": 9}, NOW, "Bijna volzet", True),
    ({"capacity": 1, "taken": 1}, NOW, "Wachtlijst", True),
    ({"capacity": 1, "taken": 1, "waiting_list": False}, NOW, "Volzet", False),
    ({}, CLOSES_AT, "Inschrijvingen gesloten", False),
    ({}, ENDS_AT, "Voorbij", False),
    ({"materials": [{"title": "Dia’s", "url": "https://example.org/x"}]}, ENDS_AT, "Met materiaal", False),
    ({"cancelled_at": NOW}, NOW, "Afgelast", False),
]


@pytest.mark.parametrize(("values", "at", "tag", "possible"), PHASES)
def test_day_when_in_each_phase_says_so_and_offers_what_is_possible(
    client: FlaskClient, clock: Clock, values: dict[str, Any], at: Any, tag: str, possible: bool
) -> None:
    arrange(**values)
    clock.set(at)

    page = client.get(PAGE).text

    assert re.findall(r'<span class="tag[^"]*">([^<]*)</span>', page) == [tag]
    assert (f'href="{PAGE}/register"' in page) == possible
    assert f">{tag}</span>" in client.get("/nl/").text


def test_day_when_closed_names_the_mailbox_until_the_start(client: FlaskClient, clock: Clock) -> None:
    arrange()
    for at, named in ((CLOSES_AT - TICK, 0), (CLOSES_AT, 1), (STARTS_AT - TICK, 1), (STARTS_AT, 0), (ENDS_AT, 0)):
        clock.set(at)
        page = client.get(PAGE).text

        assert page.count("mailto:events_bsog@vub.be?subject=Laattijdige%20aanvraag%3A%20Samenwerken") == named
        assert page.count(f'href="{PAGE}/late-request"') == named


@pytest.mark.parametrize("language", LANGUAGES)
def test_day_when_a_text_is_missing_falls_back_and_says_in_which_language(client: FlaskClient, language: str) -> None:
    arrange(summary={"nl": "Een *samenvatting*"}, description={"en": "A description"})

    page = client.get(f"/{language}/integratiebeleid").text

    assert f'<html lang="{language}">' in page
    here = {"nl": "", "en": ""}.get(language, ' lang="en"')
    assert f"<h1{here}>{'Samenwerken' if language == 'nl' else 'Working'}" in page
    assert f'<div class="lead"{"" if language == "nl" else " lang=" + chr(34) + "nl" + chr(34)}>' in page
    assert f'<div class="prose"{"" if language == "en" else " lang=" + chr(34) + "en" + chr(34)}>' in page
    assert re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)">', page) == [
        ("nl", "http://studiedag.example/nl/integratiebeleid"),
        ("en", "http://studiedag.example/en/integratiebeleid"),
    ]
    assert re.findall(r'hreflang="(\w+)"[^>]*aria-current', page) == [language]


def test_day_when_texts_are_hostile_shows_them_as_text(client: FlaskClient) -> None:
    hostile = "{{7*7}} <script>alert(1)</script> {x.__class__} \u202egnp.exe</title>"
    arrange(
        title={"nl": hostile},
        summary={"nl": hostile},
        description={"nl": f"{hostile} [klik](javascript:alert(1)) <img src=x onerror=alert(1)>"},
        audience={"nl": hostile},
        sessions=[{"starts_at": STARTS_AT.isoformat(), "ends_at": ENDS_AT.isoformat(), "title": {"nl": hostile}}],
        partners=[{"name": hostile, "url": "", "role": "funder"}],
        project={"name": hostile},
        questions=[{"id": "q", "kind": "text", "label": {"nl": hostile}}],
    )

    for path in (PAGE, f"{PAGE}/register", "/nl/", f"{PAGE}/registered/confirmed"):
        page = client.get(path).text
        assert "{{7*7}} &lt;script&gt;" in page
        assert ">49" not in page
        assert re.findall(r"<(?:script|img)(?! type=.application/ld)[^>]*>", page) == []
        assert "javascript:" not in re.sub(r">[^<]*<", "><", page)


def test_day_when_read_by_a_machine_is_an_event(client: FlaskClient) -> None:
    arrange(summary={"nl": "</script><b>"}, capacity=5, taken=5)

    (source,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(PAGE).text, re.DOTALL)
    event = json.loads(source)

    assert (event["@context"], event["@type"], event["name"]) == (
        "https://schema.org",
        "Event",
        "Samenwerken aan integratiebeleid",
    )
    assert (event["startDate"], event["endDate"]) == ("2023-03-31T10:15:00+02:00", "2023-03-31T17:00:00+02:00")
    assert event["offers"]["validThrough"] == "2023-03-21T00:00:00+01:00"
    assert event["offers"]["availability"] == "https://schema.org/SoldOut"
    assert event["location"]["address"]["addressLocality"] == "Brussel"
    assert event["description"] == "</script><b>"


def test_day_when_online_keeps_the_meetings_link_for_those_who_registered(client: FlaskClient) -> None:
    arrange(venue=None, online_url="https://meet.example/secret")

    for path in (PAGE, f"{PAGE}/register", f"{PAGE}.ics", "/nl/"):
        assert "meet.example" not in client.get(path).text


def test_day_when_taken_along_is_a_calendar_entry(client: FlaskClient) -> None:
    day = arrange()

    first = client.get(f"{PAGE}.ics")
    with transaction() as session:
        call_off(session, day.id, reason="ziek", actor=DESK, now=NOW)
    second = client.get(f"{PAGE}.ics")

    assert first.mimetype == "text/calendar"
    before, after = (Calendar.from_ical(answer.data).events[0] for answer in (first, second))
    assert b"METHOD:PUBLISH" in first.data
    assert (str(before["SUMMARY"]), before.start) == ("Samenwerken aan integratiebeleid", STARTS_AT)
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert str(before["UID"]) == str(after["UID"])
    assert int(str(before["SEQUENCE"])) < int(str(after["SEQUENCE"]))


@pytest.mark.parametrize(
    "path", ["/nl/niets", "/nl/niets.ics", "/es/", "/nl/niets/registered/confirmed", "/problems/x"]
)
def test_page_when_there_is_none_is_a_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_day_when_a_draft_does_not_exist(client: FlaskClient) -> None:
    arrange(published=False)

    for end in ("", "/register", "/late-request", ".ics", "/registered/confirmed"):
        assert client.get(PAGE + end).status_code == 404


def test_problem_when_its_address_is_opened_explains_itself(client: FlaskClient) -> None:
    answer = client.get("/problems/registration-closed", headers={"Accept-Language": "it"})

    assert (answer.status_code, heading(answer.text)) == (200, "Le iscrizioni sono chiuse")
