"""Two people edited one study day: what the other changed, what both changed, and a form in which neither is lost.

The form carries digests of the values that it was opened with. A field that only the other changed takes their value;
one that both changed keeps what was typed here, and says what the other made of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import InvalidInput
from service.locale import translate
from service.models import History, Staff, StudyDay
from service.web.desk.arranging.comparison import digests, in_words
from service.web.desk.arranging.filled import read
from service.web.desk.arranging.news import Change
from service.web.desk.arranging.prefilled import of_day, values_of
from service.web.desk.fields import LABELS

ACTIONS: Final = ("changed", "closed", "reopened", "called_off", "signed_off")


@dataclass(frozen=True, slots=True)
class Meeting:
    """``who`` (an address, or nothing) changed these fields meanwhile; ``form`` is what to go on with."""

    form: dict[str, str]
    who: str
    changes: Sequence[Change]
    errors: dict[str, str] = field(default_factory=dict)


def remember(values: Mapping[str, Any]) -> str:
    """What a form is opened with, for a hidden field."""
    return json.dumps(digests(values), separators=(",", ":"), sort_keys=True)


def merged(session: Session, day: StudyDay, form: Mapping[str, str], *, language: str) -> Meeting:
    """The form that was sent, with what somebody else saved since it was opened."""
    opened = _remembered(form)
    theirs = of_day(day)
    values = values_of(day)
    changed = [name for name, digest in digests(values).items() if opened.get(name, digest) != digest]
    here = _digests_of(form)
    result = {path: value for path, value in form.items() if path not in {"opened", "revision"}}
    errors: dict[str, str] = {}
    changes = []
    for name in changed:
        said = in_words(name, values[name], day.time_zone, language)
        changes.append(Change(translate(language, LABELS[name]), "", said))
        if here.get(name, "") in {opened.get(name), digests({name: values[name]})[name]}:
            result = {path: value for path, value in result.items() if not _belongs(path, name)}
            result |= {path: value for path, value in theirs.items() if _belongs(path, name)}
        else:
            errors[name] = translate(language, "Somebody else made this of it: %(value)s", value=said)
    if {"questions", "sessions"} & set(changed):
        result["shown"] = theirs["shown"]
    return Meeting(result, _who(session, day), changes, errors)


def _belongs(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _remembered(form: Mapping[str, str]) -> dict[str, str]:
    try:
        found = json.loads(form.get("opened", ""))
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def _digests_of(form: Mapping[str, str]) -> dict[str, str]:
    """Of what was typed; of nothing where it cannot be read, so that it is kept as it is."""
    try:
        return digests(read(form))
    except InvalidInput:
        return {}


def _who(session: Session, day: StudyDay) -> str:
    latest = (
        sa.select(Staff.email)
        .select_from(History)
        .join(Staff, Staff.id == History.staff_id)
        .where(History.study_day_id == day.id, History.action.in_(ACTIONS))
        .order_by(History.id.desc())
        .limit(1)
    )
    return session.execute(latest).scalar_one_or_none() or ""
