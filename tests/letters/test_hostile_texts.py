"""What strangers and organisers type stays text, in every form of every letter (faults.md: Injection)."""

from html import unescape
from typing import Any

import pytest
from icalendar import Calendar

from service.letters.facts import AboutDay, printable_name
from service.letters.writing import ABOUT, write
from service.usecases.cancel import NOBODY
from tests.letters.samples import make_about, make_day, make_person

TRICKS = [
    "{{7*7}}",
    "{% raw %}",
    "<script>alert(1)</script>",
    "{x.__class__}",
    "%(fee)s %s 100%",
    '"; DROP "CN": x',
    "a\\nb; c, d\\",
    "^n^'^^",
    "& &amp; &#64;",
    "=HYPERLINK(1)",
    "שלום مرحبا",
    "👩‍👩‍👧 🎉",
    "ǅ" * 200,
]
WITH_LINE_ENDS = [
    "Title\r\nATTACH:https://evil",
    "Title\nBcc: all",
    "Title\rX",
    "Title\x0b\x0c\x1c\x85X",
    "Title\u2028\u2029X",
]


def about(name: str, text: str) -> Any:
    """A letter in which everything that people type is the same text."""
    person = make_person(first_name=text, last_name=text, organisation=text)
    day = {"day": make_day(title=text, organiser=text, place=text)} if issubclass(ABOUT[name], AboutDay) else {}
    return make_about(name, person=person, **day)


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("name", ABOUT)
def test_text_when_it_looks_like_code_stays_literal(name: str, text: str) -> None:
    letter = write(name, about(name, text))

    assert "<script>alert" not in letter.html
    if name != "sign_in":
        assert letter.subject.endswith(f" – {text}")
        assert text in letter.text
        assert text in unescape(letter.html)


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("letter", ["confirmed", "cancelled_late"])
def test_text_when_in_a_calendar_reads_back_as_it_was(letter: str, text: str) -> None:
    event = parsed(write(letter, about(letter, text)).calendar)

    assert event["SUMMARY"] == text
    assert event["LOCATION"] == text
    assert event["ORGANIZER"].params["CN"] == text.replace('"', "")
    name = printable_name(make_person(first_name=text, last_name=text)) or "an@stad.example"
    assert event["ATTENDEE"].params["CN"] == name.replace('"', "")
    assert event["ORGANIZER"] == "mailto:events_bsog@vub.be"
    assert event["ATTENDEE"] == "mailto:an@stad.example"


@pytest.mark.parametrize("text", WITH_LINE_ENDS)
@pytest.mark.parametrize("name", ABOUT)
def test_text_when_it_breaks_lines_makes_no_line_of_its_own(name: str, text: str) -> None:
    letter = write(name, about(name, text))

    assert letter.subject.splitlines() == [letter.subject]
    starts = [line.lower() for line in letter.text.splitlines()]
    assert not [line for line in starts if line.startswith(("attach", "bcc"))]
    if letter.calendar is not None:
        assert "ATTACH" not in parsed(letter.calendar)
        assert not [line for line in letter.calendar.splitlines() if line.startswith((b"ATTACH", b"Bcc"))]


@pytest.mark.parametrize("name", ["Free money at www.evil.example", "evil@evil.example", "https://evil.example"])
def test_name_when_it_advertises_an_address_is_not_printed(name: str) -> None:
    letter = write("confirmed", make_about("confirmed", person=make_person(first_name=name, last_name="")))

    assert "evil" not in letter.text + letter.html
    assert letter.text.splitlines()[2] == "Hello,"
    assert parsed(letter.calendar)["ATTENDEE"].params["CN"] == "an@stad.example"


def test_message_when_somebody_asks_late_does_not_go_to_an_address_that_may_be_anybodys() -> None:
    letter = write("late_request_received", make_about("late_request_received", message="Buy now at evil"))

    assert "Buy now" not in letter.text + letter.html


def test_address_when_it_is_no_web_page_is_no_link() -> None:
    letter = write("confirmed", make_about("confirmed", day=make_day(online_url="javascript:alert(1)")))

    assert 'href="javascript' not in letter.html
    assert "CONFERENCE" not in parsed(letter.calendar)


def parsed(source: bytes | None) -> Any:
    assert source is not None
    return Calendar.from_ical(source).walk("VEVENT")[0]


def test_name_when_it_was_deleted_is_none() -> None:
    assert printable_name(make_person(first_name="", last_name=NOBODY)) == ""
