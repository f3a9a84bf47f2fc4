"""Every letter, by its name, in every language: all its forms, and all of them saying the same."""

import re
from html.parser import HTMLParser

import pytest

from service.letters.facts import AboutDay
from service.letters.printing import FOLDER
from service.letters.writing import ABOUT, write
from service.locale import LANGUAGES
from tests.builders import NOW
from tests.letters.samples import make_about, make_day, make_person, make_seat

INVITES = {"confirmed", "changed", "already_registered", "study_day_changed"}
CANCELS = {"cancelled_in_time", "cancelled_late", "not_me", "place_passed_on", "study_day_called_off"}
CLIPPED = 102_000
"""Octets of HTML of which Gmail shows no more."""
URL = re.compile(r"https?://\S+")


class Reader(HTMLParser):
    """Reads a page as a person does: the words of its body, where its links lead, and apart what only inboxes show."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.preview: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self._in_body = self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_body = self._in_body or tag == "body"
        self._hidden = self._hidden or ("hidden", None) in attrs
        self.links += [value for name, value in attrs if name == "href" and value is not None]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag != "div"

    def handle_data(self, data: str) -> None:
        if self._in_body:
            (self.preview if self._hidden else self.words).extend(words(data))


def words(text: str) -> list[str]:
    """Without what only one form has: addresses of links, colons before them, marks of a quotation."""
    text = URL.sub(" ", text).replace(":", " ")
    return [word for word in text.split() if word not in {">", "--"}]


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_written_says_the_same_as_text_and_as_html(name: str, language: str) -> None:
    letter = write(name, make_about(name, person=make_person(language=language)))

    page = read(letter.html)
    assert page.words == words(letter.text)
    assert [link for link in page.links if not link.startswith("mailto:")] == URL.findall(letter.text)
    assert f'<html lang="{language}">' in letter.html


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_written_differs_in_every_language(name: str) -> None:
    texts = {write(name, make_about(name, person=make_person(language=language))).text for language in LANGUAGES}

    assert len(texts) == len(LANGUAGES)


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_opened_loads_nothing_and_runs_nothing(name: str) -> None:
    page = write(name, make_about(name)).html

    assert set(read(page).tags) & {"img", "script", "link", "iframe", "form"} == set()
    assert "url(" not in page


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_in_an_inbox_says_when_and_where_behind_its_subject(name: str) -> None:
    letter = read(write(name, make_about(name)).html)

    when = "Friday 31 March 2023, 10:15–17:00 (Brussels time) · KBR, Kunstberg 28, 1000 Brussel"
    limit = "before 10:30 on Wednesday 1 February 2023 (Brussels time)"
    assert letter.preview == words(limit if name == "sign_in" else when)


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_printed_is_whole_in_every_client(name: str) -> None:
    html = write(name, make_about(name)).html

    assert html.startswith("<!doctype html>")
    assert len(html.encode()) < CLIPPED / 5
    assert read(html).tags.count("h1") == 1
    assert html.count("<table") == html.count('role="presentation"')


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_about_a_day_names_it_in_the_subject_and_begins_with_what_matters(name: str) -> None:
    letter = write(name, make_about(name))

    heading = letter.text.partition("\n")[0]
    title = "" if name == "sign_in" else " – Samenwerken aan een participatief lokaal integratiebeleid"
    mark = "Test: " if name == "test" else ""
    assert letter.subject == f"{mark}{heading}{title}"


@pytest.mark.parametrize("name", ABOUT)
def test_calendar_object_when_a_letter_has_one_has_the_method_of_its_occasion(name: str) -> None:
    letter = write(name, make_about(name))

    assert letter.method == ("REQUEST" if name in INVITES else "CANCEL" if name in CANCELS else None)
    assert (letter.calendar is None) == (letter.method is None)


@pytest.mark.parametrize("status", ["waiting", "offered"])
@pytest.mark.parametrize("name", sorted((INVITES | CANCELS) - {"confirmed"}))
def test_calendar_object_when_there_was_no_confirmed_place_is_left_out(name: str, status: str) -> None:
    letter = write(name, make_about(name, seat=make_seat(status=status)))

    assert letter.calendar is None
    assert letter.method is None


@pytest.mark.parametrize(
    "name", ["confirmed", "waiting", "offer", "admitted", "changed", "already_registered", "study_day_changed"]
)
def test_letter_when_about_a_live_registration_has_its_links(name: str) -> None:
    own = make_seat().own_url

    links = read(write(name, make_about(name)).html).links

    assert {f"{own}#cancel", f"{own}#not-me"} <= set(links)
    assert any(link in {own, f"{own}#accept"} for link in links)


def test_letter_when_nobody_knows_its_name_is_refused() -> None:
    with pytest.raises(KeyError):
        write("no_such_letter", make_about("confirmed"))


def test_letter_when_given_other_facts_is_refused() -> None:
    other = AboutDay(decided_at=NOW, person=make_person(), day=make_day())

    with pytest.raises(TypeError, match="confirmed is written from AboutSeat, not from AboutDay"):
        write("confirmed", other)


def test_templates_when_looked_through_are_all_in_use() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"letter.html", "letter.txt"}
