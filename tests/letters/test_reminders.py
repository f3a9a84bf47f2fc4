"""Last call, practical reminder, request to sign off: what they say, and where their links lead."""

from datetime import timedelta

import pytest

from service.letters.reminder_facts import PartFacts
from service.letters.writing import write
from service.locale import LANGUAGES
from tests.builders import STARTS_AT
from tests.letters.samples import LIMIT, TOKEN, make_about, make_day, make_person, make_seat, paragraphs

OWN = f"https://studiedag.example/r/{TOKEN}"
HOUR = timedelta(hours=1)


def part(title: str, hours: int) -> PartFacts:
    return PartFacts(title=title, starts_at=STARTS_AT + hours * HOUR, ends_at=STARTS_AT + (hours + 1) * HOUR)


def test_last_call_when_written_says_limit_and_fee_and_asks_for_one_of_two_answers() -> None:
    said = paragraphs("last_call")

    assert said[0] == "Are you coming?"
    assert (
        f"Attendance is free. You can cancel free of charge {LIMIT}. If you cancel later, or do not come, you owe a"
        " no-show fee of €15.00."
    ) in said
    assert f"Yes, I am coming:\n{OWN}/coming" in said
    assert f"No, I cannot come:\n{OWN}/cancel" in said


def test_last_call_when_there_is_no_fee_asks_all_the_same() -> None:
    said = paragraphs("last_call", seat=make_seat(fee_cents=0))

    assert "Attendance is free, and so is cancelling. If you cannot come, please cancel: others may be waiting." in said
    assert f"Yes, I am coming:\n{OWN}/coming" in said


def test_practical_reminder_when_written_has_the_programme_and_the_way_there() -> None:
    text = "\n\n".join(paragraphs("practical", programme=(part("Welcome", 0), part("Lunch", 2))))

    assert "Programme\n10:15–11:15: Welcome\n12:15–13:15: Lunch" in text
    assert "openstreetmap.org/search?query=KBR%2C%20Kunstberg%2028%2C%201000%20Brussel" in text
    assert f"Cancel or send a colleague:\n{OWN}#cancel" in text
    assert "you owe" in text


def test_practical_reminder_when_online_has_the_address_and_no_map() -> None:
    day = make_day(place="", online_url="https://meet.example/1")

    text = "\n\n".join(paragraphs("practical", day=day, programme=()))

    assert "Online: https://meet.example/1" in text
    assert "openstreetmap" not in text
    assert "Programme\n" not in text


def test_practical_reminder_when_the_day_is_two_days_names_them_in_the_programme() -> None:
    text = "\n\n".join(paragraphs("practical", programme=(part("Welcome", 0), part("Farewell", 24))))

    assert "Friday 31 March 2023, 10:15–11:15: Welcome\nSaturday 1 April 2023, 10:15–11:15: Farewell" in text


@pytest.mark.parametrize("again", [False, True])
def test_request_to_sign_off_when_repeated_says_so(again: bool) -> None:
    said = paragraphs("sign_off_due", again=again)

    assert said[0] == "Please sign off the attendance"
    assert ("A week ago we asked you for this already; it has not been done yet." in said) is again


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["last_call", "practical", "sign_off_due"])
def test_reminder_when_written_touches_no_calendar(name: str, language: str) -> None:
    assert write(name, make_about(name, person=make_person(language=language))).calendar is None
