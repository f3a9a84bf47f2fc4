"""Calendar objects, read by icalendar and by ical.js, the parser of Thunderbird (RFC 5545, 5546, 7986)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from service.letters.calendar import invite
from service.letters.terms import of_place
from service.letters.writing import write
from service.locale import LANGUAGES
from tests.builders import ENDS_AT, STARTS_AT
from tests.letters.samples import UID, make_about, make_day, make_person, make_seat
from tests.letters.test_hostile_texts import TRICKS, WITH_LINE_ENDS, about
from tests.letters.test_writing import CANCELS, INVITES
from tests.standards import check_ics

START, END = "2023-03-31T08:15:00Z", "2023-03-31T15:00:00Z"


def read(source: bytes | None) -> Any:
    assert source is not None
    return Calendar.from_ical(source)


def event_of(source: bytes | None) -> Any:
    return read(source).walk("VEVENT")[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(INVITES | CANCELS))
def test_calendar_when_mailed_holds_the_facts_of_the_letter(name: str, language: str) -> None:
    facts = make_about(name, person=make_person(language=language), seat=make_seat(sequence=3))

    letter = write(name, facts)

    calendar, event = read(letter.calendar), event_of(letter.calendar)
    assert calendar["METHOD"] == letter.method
    assert event["UID"] == UID
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == facts.decided_at
    assert event["DTSTART"].dt == STARTS_AT
    assert event["DTEND"].dt == ENDS_AT
    assert event["SUMMARY"] == facts.day.title
    assert event["LOCATION"] == facts.day.place
    assert event["STATUS"] == ("CANCELLED" if letter.method == "CANCEL" else "CONFIRMED")
    assert event["URL"] == facts.seat.own_url
    assert event["ORGANIZER"] == "mailto:events_bsog@vub.be"
    assert event["ORGANIZER"].params["CN"] == "Brussels School of Governance"
    assert event["ATTENDEE"] == "mailto:an@stad.example"


@pytest.mark.parametrize("name", sorted(INVITES))
def test_calendar_when_it_invites_asks_for_an_answer_and_says_the_essentials(name: str) -> None:
    letter = write(name, make_about(name))

    event = event_of(letter.calendar)
    assert event["ATTENDEE"].params == {
        "CN": "An Peeters",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert event["DESCRIPTION"].split("\n") == [
        "Friday 31 March 2023, 10:15–17:00 (Brussels time)",
        "KBR, Kunstberg 28, 1000 Brussel",
        of_place(make_about(name)),
        f"Open my registration: {make_seat().own_url}",
        "Questions: events_bsog@vub.be",
    ]


def test_calendar_when_french_puts_a_space_before_the_colon() -> None:
    letter = write("confirmed", make_about("confirmed", person=make_person(language="fr")))

    assert event_of(letter.calendar)["DESCRIPTION"].split("\n")[-1] == "Questions\N{NO-BREAK SPACE}: events_bsog@vub.be"


@pytest.mark.parametrize("name", sorted(INVITES | CANCELS))
def test_calendar_when_mailed_pleases_another_parser(name: str, tmp_path: Path) -> None:
    facts = make_about(name, seat=make_seat(sequence=1))
    letter = write(name, facts)
    path = tmp_path / "mailed.ics"
    path.write_bytes(letter.calendar or b"")

    flags = ["--method", str(letter.method), "--uid", UID, "--sequence", "1", "--start", START, "--end", END]
    flags += ["--organizer", "events_bsog@vub.be", "--attendee", "an@stad.example", "--strict"]
    assert check_ics(path, *flags) == ""


@pytest.mark.parametrize("text", [*TRICKS, *WITH_LINE_ENDS, "é" * 500])
def test_calendar_when_texts_are_hostile_pleases_another_parser(text: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.ics"
    path.write_bytes(write("confirmed", about("confirmed", text)).calendar or b"")

    flags = ["--method", "REQUEST", "--uid", UID, "--start", START, "--attendee", "an@stad.example", "--strict"]
    assert check_ics(path, *flags) == ""


@pytest.mark.parametrize("text", ["é" * 500, "👩‍👩‍👧" * 60, "x" * 300, 'a\\"' * 100])
def test_line_when_long_is_folded_at_75_octets_between_characters(text: str) -> None:
    source = write("confirmed", about("confirmed", text)).calendar or b""

    lines = source.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines][-1] == ""
    assert b"\n" not in source.replace(b"\r\n", b"")


def test_day_when_it_lasts_several_is_one_span() -> None:
    first, last = datetime(2022, 12, 7, 8, tzinfo=UTC), datetime(2022, 12, 8, 16, tzinfo=UTC)
    day = make_day(starts_at=first, ends_at=last)

    calendar = read(write("confirmed", make_about("confirmed", day=day)).calendar)

    assert [(event["DTSTART"].dt, event["DTEND"].dt) for event in calendar.walk("VEVENT")] == [(first, last)]


@pytest.mark.parametrize(("place", "location"), [("", "https://vub.example/join"), ("KBR", "KBR")])
def test_day_when_online_has_its_link_as_a_conference(place: str, location: str) -> None:
    day = make_day(place=place, online_url="https://vub.example/join")

    event = event_of(write("confirmed", make_about("confirmed", day=day)).calendar)

    assert event["CONFERENCE"] == "https://vub.example/join"
    assert event["CONFERENCE"].params["VALUE"] == "URI"
    assert event["LOCATION"] == location
    assert "Online: https://vub.example/join" in event["DESCRIPTION"].split("\n")


def test_file_to_download_when_made_has_the_uid_of_the_mail_and_asks_nobody() -> None:
    calendar = read(invite(make_about("confirmed", seat=make_seat(sequence=2))))

    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (UID, 2, "CONFIRMED")
    assert "ATTENDEE" not in event


def test_file_to_download_when_made_pleases_another_parser(tmp_path: Path) -> None:
    path = tmp_path / "invite.ics"
    path.write_bytes(invite(make_about("confirmed")))

    assert check_ics(path, "--method", "PUBLISH", "--uid", UID, "--start", START, "--end", END, "--strict") == ""


def test_letter_when_answers_of_calendars_are_read_says_what_declining_does() -> None:
    sentence = "If you decline the invitation in your calendar, that cancels your registration as well."
    read, unread = (
        write("confirmed", make_about("confirmed", seat=make_seat(declining_cancels=declining)))
        for declining in (True, False)
    )

    assert read.calendar is not None
    assert event_of(read.calendar)["DESCRIPTION"].split("\n")[-3] == sentence
    assert (read.text.count(sentence), read.html.count(sentence)) == (1, 1)
    assert unread.calendar is not None
    assert (sentence in unread.text, sentence in event_of(unread.calendar)["DESCRIPTION"]) == (False, False)


@pytest.mark.parametrize("name", ["waiting", "offer"])
def test_letter_when_there_is_no_invitation_does_not_speak_of_declining_it(name: str) -> None:
    status = make_about(name).seat.status
    letter = write(name, make_about(name, seat=make_seat(status=status, declining_cancels=True)))

    assert "calendar" not in letter.text
