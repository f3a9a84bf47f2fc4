"""Every letter, by its name, in every language."""

import pytest

from service.letters.facts import AboutDay
from service.letters.writing import ABOUT, write
from service.locale import LANGUAGES
from tests.builders import NOW
from tests.letters.samples import about_seat, make_day, make_person


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_written_has_all_its_forms(name: str, language: str) -> None:
    letter = write(name, about_seat(person=make_person(language=language)))

    assert letter.subject.endswith(": Samenwerken aan een participatief lokaal integratiebeleid")
    assert f'<html lang="{language}">' in letter.html
    assert (letter.calendar is None) == (letter.method is None)


def test_letter_when_nobody_knows_its_name_is_refused() -> None:
    with pytest.raises(KeyError):
        write("no_such_letter", about_seat())


def test_letter_when_given_other_facts_is_refused() -> None:
    other = AboutDay(decided_at=NOW, person=make_person(), day=make_day())

    with pytest.raises(TypeError, match="confirmed is written from AboutSeat, not from AboutDay"):
        write("confirmed", other)
