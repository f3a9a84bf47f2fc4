"""The feeds: for calendars, feed readers and other sites; each kept, and the same days in each."""

import json
import re
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from service.locale import LANGUAGES
from service.reports.study_days import MOST_IN_FEEDS
from service.transaction import transaction
from service.usecases.open_close import call_off
from tests.builders import ENDS_AT, NOW, STARTS_AT, make_day, make_organiser
from tests.conftest import Clock
from tests.web.days import DESK, PAGE, arrange, change
from tests.web.test_public_kept import counted

SITE = "http://studiedag.example"
FEEDS = ("ics", "atom", "json")
YEAR = timedelta(days=365)
TITLE = "Samenwerken aan integratiebeleid"
ATOM = {"": "http://www.w3.org/2005/Atom"}


def calendar(client: FlaskClient, address: str = "/nl/feed.ics") -> list[Any]:
    return list(Calendar.from_ical(client.get(address).data).events)


def atom(client: FlaskClient, address: str = "/nl/feed.atom") -> Element:
    return fromstring(client.get(address).data)


def said(element: Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, ATOM)]


def items(client: FlaskClient, address: str = "/nl/feed.json") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(address).get_json(force=True)["items"]
    return found


def titles(client: FlaskClient, query: str = "") -> list[list[str]]:
    """Those of all three feeds, in order."""
    return [
        [str(event["SUMMARY"]) for event in calendar(client, f"/nl/feed.ics{query}")],
        said(atom(client, f"/nl/feed.atom{query}"), "entry/title"),
        [item["title"] for item in items(client, f"/nl/feed.json{query}")],
    ]


def several() -> None:
    """Days before and after the model case, of two organisers, and a draft."""
    organiser = arrange().organiser
    with transaction() as session:
        other = make_organiser(session, slug="vvsg", name="VVSG")
    for name, moved, whose in (("a", 7, other), ("b", -20, organiser), ("c", -400, organiser), ("d", -21, other)):
        by = timedelta(days=moved)
        limits = {"closes_at": STARTS_AT + by, "free_cancellation_until": STARTS_AT + by}
        times = {"starts_at": STARTS_AT + by, "ends_at": ENDS_AT + by}
        arrange(slug=name, organiser=whose, title={"nl": name.upper()}, **times, **limits)
    arrange(slug="draft", organiser=organiser, published=False)


def test_feeds_when_there_are_days_hold_those_to_come_next_first_then_those_of_a_year(
    client: FlaskClient, clock: Clock
) -> None:
    several()
    clock.set(STARTS_AT - timedelta(days=1))

    assert titles(client) == [[TITLE, "A", "B", "D"]] * 3
    clock.set(ENDS_AT)
    assert titles(client) == [["A", TITLE, "B", "D"]] * 3
    clock.set(ENDS_AT + YEAR)
    assert titles(client) == [["A"]] * 3


def test_feeds_when_asked_for_one_organiser_hold_those_days_and_say_whose_they_are(client: FlaskClient) -> None:
    several()

    assert titles(client, "?organiser=vvsg") == [["D", "A"]] * 3
    document = client.get("/fr/feed.json?organiser=vvsg").get_json(force=True)
    assert (document["title"], document["feed_url"]) == (
        "Journées d’étude – VVSG",
        f"{SITE}/fr/feed.json?organiser=vvsg",
    )


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("slug", ["none", "a%00b", "a%27b", "%20", "VVSG", "x" * 5000])
def test_feed_when_there_is_no_such_organiser_is_a_404(client: FlaskClient, kind: str, slug: str) -> None:
    arrange()

    assert client.get(f"/nl/feed.{kind}?organiser={slug}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("ics", "text/calendar"), ("atom", "application/atom+xml"), ("json", "application/feed+json")],
)
def test_feed_when_nothing_changed_is_not_sent_again(client: FlaskClient, kind: str, content_type: str) -> None:
    day = arrange()
    address = f"/nl/feed.{kind}"

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    change(day, summary={"nl": "Anders"})
    anew = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data, anew.status_code) == (200, 304, b"", 200)
    assert first.headers["Content-Type"] == f"{content_type}; charset=utf-8"
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_feed_when_it_changes_often_is_kept_once(client: FlaskClient) -> None:
    day = arrange()

    for capacity in (5, 6, 7):
        change(day, capacity=capacity)
        client.get("/nl/feed.json")

    assert [key for key in client.application.extensions["kept"] if "feed.json" in key] == [("feed.json", "nl", "")]


@pytest.mark.parametrize("kind", FEEDS)
def test_feed_when_kept_costs_one_cheap_look_however_many_days_there_are(client: FlaskClient, kind: str) -> None:
    several()
    figures = []

    for query in ("", "", "?organiser=vvsg", "?organiser=vvsg"):
        with counted() as sent:
            client.get(f"/nl/feed.{kind}{query}")
        figures.append(len(sent))

    assert figures == [2, 1, 3, 2]


def test_calendar_when_a_day_is_changed_and_called_off_follows_under_one_uid(client: FlaskClient) -> None:
    day = arrange()
    before = calendar(client)[0]
    change(day, venue={"name": "Elders"})
    moved = calendar(client)[0]
    with transaction() as session:
        call_off(session, day.id, reason="ziek", actor=DESK, now=NOW)
    after = calendar(client)[0]
    alone = Calendar.from_ical(client.get(f"{PAGE}.ics").data).events[0]

    assert {str(event["UID"]) for event in (before, moved, after, alone)} == {str(before["UID"])}
    assert [event["SEQUENCE"] for event in (before, moved, after, alone)] == [1, 2, 3, 3]
    assert [str(event["LOCATION"]) for event in (before, moved)] == [
        "KBR, Kunstberg 28, 1000 Brussel, België",
        "Elders",
    ]
    assert [str(event["STATUS"]) for event in (before, moved, after)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_atom_when_read_says_when_where_and_by_whom(client: FlaskClient, language: str) -> None:
    day = arrange(summary={"nl": "Een *samenvatting*"})
    change(day, capacity=7)

    feed = atom(client, f"/{language}/feed.atom")

    links = {link.get("rel"): link.get("href") for link in feed.iterfind("link", ATOM)}
    assert links == {"self": f"{SITE}/{language}/feed.atom", "alternate": f"{SITE}/{language}/"}
    assert said(feed, "updated") == said(feed, "entry/updated") == ["2023-02-01T09:00:00Z"]
    assert said(feed, "entry/author/name") == ["BSoG"]
    entry = feed.find("entry/link", ATOM)
    assert entry is not None
    assert entry.get("href") == f"{SITE}/{language}/integratiebeleid"
    assert "KBR, Kunstberg 28" in said(feed, "entry/summary")[0]
    assert "<em>samenvatting</em>" in said(feed, "entry/content")[0]
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", said(feed, "entry/id")[0])


def test_json_when_read_holds_what_a_site_would_read_out_of_a_sentence(client: FlaskClient) -> None:
    arrange(venue=None, online_url="https://meet.example/secret")

    (one,) = items(client, "/en/feed.json")

    assert one["_study_day"] == {
        "kind": "study_day",
        "title": "Working together on integration policy",
        "starts_at": "2023-03-31T10:15:00+02:00",
        "ends_at": "2023-03-31T17:00:00+02:00",
        "time_zone": "Europe/Brussels",
        "place": "Online",
        "called_off": False,
    }
    assert (one["url"], one["authors"]) == (f"{SITE}/en/integratiebeleid", [{"name": "BSoG"}])


def test_feeds_when_a_day_is_online_keep_the_meetings_link_for_those_who_registered(client: FlaskClient) -> None:
    arrange(venue=None, online_url="https://meet.example/secret")

    for kind in FEEDS:
        assert b"meet.example" not in client.get(f"/nl/feed.{kind}").data


def test_feeds_when_a_day_is_called_off_say_so_in_the_title(client: FlaskClient) -> None:
    arrange(cancelled_at=NOW)

    assert titles(client) == [[TITLE], [f"Afgelast: {TITLE}"], [f"Afgelast: {TITLE}"]]
    assert items(client)[0]["summary"].startswith("Deze dag gaat niet door")


@pytest.mark.parametrize(
    "hostile",
    [
        "{{7*7}} <script>alert(1)</script> {x.__class__} ]]> &amp; <!--",
        'a "b" \\n; c, d',
        "\u202e\x0b\ufffe\x7fx",
        "\r\nATTACH:x\r\nEND:VEVENT",
    ],
)
def test_feeds_when_texts_are_hostile_hold_them_as_text(client: FlaskClient, hostile: str) -> None:
    arrange(title={"nl": hostile}, summary={"nl": f"{hostile} [klik](javascript:alert(1)) <img src=x>"})

    (event,) = calendar(client)
    (entry,) = said(atom(client), "entry/title")
    (item,) = items(client)

    assert str(event["SUMMARY"]) == entry == item["title"]
    assert "ATTACH" not in event
    for content in (item["content_html"], said(atom(client), "entry/content")[0]):
        assert re.findall(r"<(?:script|img)|javascript:[^)]*[\"']", content) == []


def test_feeds_when_there_is_no_day_are_feeds_all_the_same(client: FlaskClient) -> None:
    assert titles(client) == [[], [], []]
    assert said(atom(client), "updated") == ["1970-01-01T00:00:00Z"]


def test_feeds_when_there_are_very_many_days_hold_the_next_ones(client: FlaskClient) -> None:
    with transaction() as session:
        organiser = make_organiser(session)
        for number in range(MOST_IN_FEEDS + 1):
            later = timedelta(minutes=MOST_IN_FEEDS - number)
            make_day(session, organiser=organiser, slug=f"day-{number}", ends_at=ENDS_AT, starts_at=STARTS_AT + later)

    urls = [item["url"] for item in items(client)]

    assert len(urls) == MOST_IN_FEEDS
    assert (urls[0], urls[-1]) == (f"{SITE}/nl/day-{MOST_IN_FEEDS}", f"{SITE}/nl/day-1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_when_opened_leads_to_the_feeds(client: FlaskClient, language: str) -> None:
    arrange()

    page = client.get(f"/{language}/").text

    assert f'href="webcal://studiedag.example/{language}/feed.ics"' in page
    for kind in FEEDS:
        assert len(re.findall(rf'<link rel="alternate"[^>]* href="/{language}/feed.{kind}">', page)) == 1
        assert f'<a href="/{language}/feed.{kind}">' in page


def test_json_when_served_is_json(client: FlaskClient) -> None:
    arrange()

    assert json.loads(client.get("/nl/feed.json").data)["version"] == "https://jsonfeed.org/version/1.1"
