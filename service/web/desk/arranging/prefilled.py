"""The fields of the form as a study day fills them, or as a new one begins."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.domain.payment import euros
from service.domain.refusals import InvalidInput
from service.locale import LANGUAGES
from service.models import StudyDay
from service.web.desk.arranging.filled import PLAIN, TEXTS, read
from service.web.desk.arranging.options import write_options
from service.web.desk.local_times import limit_fields, moment_fields, opening_fields
from service.web.study_day_schema import DEFAULT_ZONE

USUAL_FEE_CENTS: Final = 1500
USUAL_OFFER_HOURS: Final = 24


def of_nothing(language: str) -> dict[str, str]:
    """A new study day: what is usual."""
    return {
        "kind": "study_day",
        f"languages.{language}": "1",
        "shown": language,
        "time_zone": DEFAULT_ZONE,
        "waiting_list": "1",
        "fee_cents": amount(USUAL_FEE_CENTS),
        "late_cancellation_policy": "charge",
        "offer_hours": str(USUAL_OFFER_HOURS),
        "venue.country": "BE",
    }


def of_day(day: StudyDay) -> dict[str, str]:
    """A study day as it is; ``filled.read`` makes its values of them again."""
    languages = _all_languages(day)
    fields = {name: str(getattr(day, name) or "") for name in PLAIN}
    fields |= {f"languages.{code}": "1" for code in day.languages}
    fields |= {f"{name}.{code}": text for name in TEXTS for code, text in getattr(day, name).items()}
    fields |= {name: "1" for name in ("waiting_list", "published") if getattr(day, name)}
    fields |= {"shown": " ".join(languages), "fee_cents": amount(day.fee_cents)}
    for name in ("starts_at", "ends_at"):
        fields |= moment_fields(name, getattr(day, name), day.time_zone)
    for name in ("closes_at", "free_cancellation_until"):
        fields |= limit_fields(name, getattr(day, name), day.time_zone)
    fields |= opening_fields("opens_at", day.opens_at, day.time_zone)
    fields |= {f"venue.{name}": str(text or "") for name, text in (day.venue or {}).items()}
    fields |= {f"project.{name}": str(text or "") for name, text in (day.project or {}).items()}
    fields |= dict(_rows("sessions", [_session(row, day.time_zone) for row in day.sessions]))
    fields |= dict(_rows("questions", [_question(row, languages) for row in day.questions]))
    fields |= dict(_rows("partners", day.partners))
    fields |= dict(_rows("materials", day.materials))
    return fields


def values_of(day: StudyDay) -> dict[str, Any]:
    """The values of a study day as its form reads them: to the minute, every row complete."""
    try:
        return read(of_day(day))
    except InvalidInput:  # written before the schema became stricter: any change has to put that right
        return {}


def amount(cents: int) -> str:
    """Euros as they are typed: ``15`` or ``12,50``."""
    return str(euros(cents)).removesuffix(".00").replace(".", ",")


def _all_languages(day: StudyDay) -> Sequence[str]:
    """Those of the study day, and any other in which one of its rows has a text: nothing is lost by saving."""
    texts = [row.get("title") for row in day.sessions]
    for question in day.questions:
        texts += [question.get("label"), *(option.get("label") for option in question.get("options", ()))]
    found = {code for text in texts if isinstance(text, Mapping) for code in text}
    return [code for code in LANGUAGES if code in found or code in day.languages]


def _rows(group: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows):
        for name, value in row.items():
            yield f"{group}.{number}.{name}", str(value or "")


def _session(row: Mapping[str, Any], zone: str) -> dict[str, Any]:
    times = {
        **moment_fields("starts_at", datetime.fromisoformat(row["starts_at"]), zone),
        **moment_fields("ends_at", datetime.fromisoformat(row["ends_at"]), zone),
    }
    return {
        **times,
        **_by_language("title", row.get("title")),
        "speakers": row.get("speakers"),
        "room": row.get("room"),
    }


def _question(row: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "required": "1" if row.get("required") else "",
        "options": write_options(row.get("options", []), languages),
        **_by_language("label", row.get("label")),
    }


def _by_language(name: str, texts: Mapping[str, str] | None) -> dict[str, str]:
    return {f"{name}.{code}": text for code, text in (texts or {}).items()}
