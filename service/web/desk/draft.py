"""The form of a mail to many, as a draft; and what its sender is shown of it before it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from marshmallow import EXCLUDE, Schema

from service.domain.audience import Audience, language_for
from service.domain.refusals import InvalidInput
from service.letters.facts import AboutDay, PersonFacts
from service.letters.letter import Letter
from service.letters.writing import sample_of, write
from service.locale import LANGUAGES
from service.models import StudyDay
from service.usecases.write_to_many import Draft
from service.web.facts import day_facts
from service.web.forms import load
from service.web.schemas import Text

TEXTS: Final = ("subject", "text")


class TextsSchema(Schema):
    """What is written in one language."""

    class Meta:
        unknown = EXCLUDE

    subject = Text(150)
    text = Text(10_000, lines=True)


@dataclass(frozen=True, slots=True)
class Version:
    """One language of a draft: its letter, how many get it, and how many of them for want of a text in their own."""

    language: str
    letter: Letter
    readers: int
    others: Mapping[str, int]


def read(form: Mapping[str, str], first_language: str) -> Draft:
    """The draft of a form; a language in which nothing is written is left out.

    :raises InvalidInput: nothing is written at all, half a language, something that no letter can hold, to nobody.
    """
    given: dict[str, Mapping[str, str]] = {}
    wrong: dict[str, str] = {}
    if form.get("audience") not in set(Audience):
        wrong["audience"] = "not-a-choice"
    for language in LANGUAGES:
        try:
            texts = load(TextsSchema(), {name: form.get(f"{name}.{language}", "") for name in TEXTS})
        except InvalidInput as refusal:
            wrong |= {f"{name}.{language}": code for name, code in refusal.fields.items()}
            continue
        if any(texts.values()):
            given[language] = texts
            wrong |= {f"{name}.{language}": "required" for name in TEXTS if not texts[name]}
    if not given and set(wrong) <= {"audience"}:
        wrong |= {f"{name}.{first_language}": "required" for name in TEXTS}
    if wrong:
        raise InvalidInput(wrong)
    subject, text = ({language: texts[name] for language, texts in given.items()} for name in TEXTS)
    return Draft(audience=Audience(form["audience"]), subject=subject, text=text, at_once=bool(form.get("at_once")))


def versions(draft: Draft, day: StudyDay, counts: Mapping[str, int], *, email: str, now: datetime) -> list[Version]:
    """Each language of the draft as its readers get it.

    :param counts: people of the audience by their language.
    :param email: of the invented reader.
    """
    readers: dict[str, dict[str, int]] = {language: {} for language in draft.subject}
    for reader, number in counts.items():
        readers[language_for(reader, written=draft.subject, announced=day.languages)][reader] = number
    return [
        Version(
            language,
            _letter(draft, day, language, email=email, now=now),
            sum(theirs.values()),
            {reader: number for reader, number in theirs.items() if reader != language},
        )
        for language, theirs in readers.items()
    ]


def _letter(draft: Draft, day: StudyDay, language: str, *, email: str, now: datetime) -> Letter:
    reader = PersonFacts(email=email, language=language)
    about: Any = sample_of("bulk", AboutDay(decided_at=now, person=reader, day=day_facts(day, language)))
    return write("bulk", replace(about, subject=draft.subject[language], message=draft.text[language]))
