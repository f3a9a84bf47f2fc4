"""The organiser's own words: literal, their addresses links, and nothing else of them is code."""

import re

import pytest

from service.letters.facts import AboutBulk
from service.letters.letter import Letter
from service.letters.writing import write
from tests.letters.samples import OWN, SITE, make_about, make_person

LONGEST = 10_000
"""As the form takes them."""
CLIPPED = 102_000
HOSTILE = '{{7*7}} {x.__class__} {first name} %(fee)s <script>alert(1)</script> & "quoted"'


def letter(message: str, subject: str = "Parking") -> Letter:
    about: AboutBulk = make_about("bulk", subject=subject, message=message, person=make_person(language="nl"))
    return write("bulk", about)


def test_words_when_they_look_like_code_stay_literal() -> None:
    written = letter(HOSTILE, subject=HOSTILE)

    assert f"> {HOSTILE}" in written.text
    assert "<script>" not in written.html
    assert "49" not in written.text
    assert written.subject.startswith(HOSTILE)


@pytest.mark.parametrize(
    ("message", "link"),
    [
        ("See https://a.example/x?b=1&c=2.", "https://a.example/x?b=1&amp;c=2"),
        ("(http://a.example/)", "http://a.example/"),
        ('https://a.example/"onclick="alert(1)', "https://a.example/"),
    ],
)
def test_address_when_written_is_a_link_without_the_stop_of_its_sentence(message: str, link: str) -> None:
    assert f'href="{link}">{link}</a>' in letter(message).html


@pytest.mark.parametrize("message", ["javascript:alert(1)", "data:text/html,x", "www.a.example", "https://"])
def test_address_when_it_is_none_of_a_page_is_no_link(message: str) -> None:
    links = re.findall(r'href="([^"]*)"', letter(message).html)

    assert [link for link in links if link.startswith(message) and not link.startswith(SITE)] == []


def test_letter_when_written_to_many_leads_to_ones_own_registration_and_keeps_paragraphs() -> None:
    written = letter("One.\n\nTwo.")

    assert "> One.\n> \n> Two." in written.text
    assert OWN in written.text
    assert (written.calendar, written.method) == (None, None)


@pytest.mark.parametrize("filling", ["<", "😀", "\n", "https://a.example/ "])
def test_letter_when_its_words_are_as_long_as_can_be_is_not_clipped(filling: str) -> None:
    words = (filling * LONGEST)[: LONGEST - 1]

    assert len(letter(f"{words}.").html.encode()) < CLIPPED
