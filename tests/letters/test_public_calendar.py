"""The public calendar, read by icalendar and by ical.js, the parser of Thunderbird (RFC 5545, 7986)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar

from service.letters.public_calendar import Channel, Listed, published
from tests.builders import ENDS_AT, NOW, STARTS_AT
from tests.letters.samples import SITE, make_day
from tests.standards import check_ics

SUMMER = datetime(2023, 7, 10, 8, tzinfo=UTC)
START, END = "2023-03-31T08:15:00Z", "2023-03-31T15:00:00Z"


def read(source: bytes) -> Any:
    return Calendar.from_ical(source)


def listed(number: int, **overrides: Any) -> Listed:
    values: dict[str, Any] = {
        "day": make_day(),
        "uid": f"study-day-{number}@studiedag.example",
        "sequence": number,
        "created_at": NOW - timedelta(days=1),
        "changed_at": NOW,
    }
    return Listed(**{**values, **overrides})


def test_public_calendar_when_made_says_what_everybody_may_know() -> None:
    event = read(published(listed(4), language="nl")).events[0]

    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("study-day-4@studiedag.example", 4, "CONFIRMED")
    assert event["DTSTAMP"].dt == NOW
    assert event["URL"] == f"{SITE}/nl/integratiebeleid"
    assert event["DESCRIPTION"].split("\n") == [
        "vrijdag 31 maart 2023, 10:15–17:00 uur (tijd in Brussel)",
        "KBR, Kunstberg 28, 1000 Brussel",
        f"{SITE}/nl/integratiebeleid",
    ]
    assert (event["CREATED"].dt, event["LAST-MODIFIED"].dt) == (NOW - timedelta(days=1), NOW)
    assert event["TRANSP"] == "TRANSPARENT"
    assert "ATTENDEE" not in event


def test_public_calendar_when_a_day_is_called_off_says_so_also_to_calendars_that_ignore_a_status() -> None:
    event = read(published(listed(4, called_off=True), language="fr")).events[0]

    assert (event["STATUS"], event["SUMMARY"]) == ("CANCELLED", make_day().title)
    assert event["DESCRIPTION"].split("\n")[0] == "Cette journée n’aura pas lieu"


def test_public_calendar_when_subscribed_to_has_a_name_and_says_how_often_to_look() -> None:
    hostile = "Studiedagen; BSoG,\r\nATTACH:x"
    channel = Channel(name=hostile, url=f"{SITE}/nl/feed.ics?organiser=bsog", page_url=f"{SITE}/nl/")

    source = published(language="nl", channel=channel)

    assert source.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Studiedag//Studiedag//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Studiedagen\\; BSoG\\, ATTACH:x",
        "X-WR-CALNAME:Studiedagen\\; BSoG\\, ATTACH:x",
        "COLOR:darkslategray",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "SOURCE;VALUE=URI:https://studiedag.example/nl/feed.ics?organiser=bsog",
        "URL:https://studiedag.example/nl/",
        "X-PUBLISHED-TTL:PT6H",
        "END:VCALENDAR",
        "",
    ]


def test_public_calendar_when_it_has_several_days_defines_each_zone_once() -> None:
    elsewhere = make_day(zone="Asia/Kolkata")
    next_year = make_day(starts_at=STARTS_AT + timedelta(days=365), ends_at=ENDS_AT + timedelta(days=365))
    days = [listed(1), listed(2, day=elsewhere), listed(3, day=next_year, called_off=True)]

    calendar = read(published(*days, language="en"))

    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels", "Asia/Kolkata"]
    assert [event["STATUS"] for event in calendar.walk("VEVENT")] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_public_calendar_when_a_zone_would_need_two_definitions_says_the_second_in_utc() -> None:
    in_ramadan = make_day(zone="Africa/Casablanca", starts_at=STARTS_AT, ends_at=ENDS_AT)
    in_summer = make_day(zone="Africa/Casablanca", starts_at=SUMMER, ends_at=SUMMER + timedelta(hours=3))

    calendar = read(published(listed(1, day=in_ramadan), listed(2, day=in_summer), language="en"))

    first, second = calendar.walk("VEVENT")
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Africa/Casablanca"]
    assert first["DTSTART"].params["TZID"] == "Africa/Casablanca"
    assert second["DTSTART"].to_ical() == b"20230710T080000Z"


def test_public_calendar_when_made_pleases_another_parser(tmp_path: Path) -> None:
    path = tmp_path / "public.ics"
    channel = Channel(name="Journées d’étude", url=f"{SITE}/fr/feed.ics", page_url=f"{SITE}/fr/")
    path.write_bytes(published(listed(0), language="fr", channel=channel))

    assert check_ics(path, "--method", "PUBLISH", "--start", START, "--end", END, "--strict") == ""


def test_public_calendar_when_there_is_no_day_is_empty() -> None:
    assert read(published(language="de")).walk("VEVENT") == []
