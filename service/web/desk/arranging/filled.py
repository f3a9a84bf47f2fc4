"""What was filled in, as the values that ``usecases.arrange`` wants: judged by the schema that judges the API."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.domain.refusals import InvalidInput
from service.locale import LANGUAGES
from service.web.desk.arranging.options import read_options, write_options
from service.web.desk.arranging.rows import GROUPS, Fields, typed_rows
from service.web.desk.local_times import read_limit, read_moment, read_opening
from service.web.forms import load
from service.web.study_day_schema import DEFAULT_ZONE, StudyDaySchema

TEXTS: Final = ("title", "summary", "description", "audience")
PLAIN: Final = (
    "slug",
    "kind",
    "time_zone",
    "capacity",
    "offer_hours",
    "late_cancellation_policy",
    "mailbox",
    "online_url",
)
"""Fields that go to the schema as they were typed."""
AMOUNT: Final = re.compile(r"-?\d{1,7}(?:[.,]\d{1,2})?")
Made = TypeVar("Made")


def read(form: Fields) -> dict[str, Any]:
    """The values of a study day: instants in UTC, nothing left out.

    :raises InvalidInput: field -> code, by the names in the form.
    """
    reading = _Reading(form)
    filled = reading.values()
    try:
        values: dict[str, Any] = load(StudyDaySchema(form=True), filled)
    except InvalidInput as refusal:
        wrong = {**reading.renumbered(refusal.fields), **reading.wrong}
        if "title" in wrong and not form.get("slug"):
            wrong.pop("slug", None)  # it would have been made of the title
        raise InvalidInput(wrong) from None
    if reading.wrong:
        raise InvalidInput(reading.wrong)
    values.pop("organiser", None)
    return values


def with_all_languages(form: Fields) -> dict[str, str]:
    """The form with its rows in every language that was chosen or that they had; nothing typed is lost.

    The lines of options name their languages by order only, so they are written anew.
    """
    before = form.get("shown", "").split()
    after = [code for code in LANGUAGES if form.get(f"languages.{code}") or code in before]
    fields = {**form, "shown": " ".join(after)}
    for path, text in form.items():
        if path.startswith("questions.") and path.endswith(".options") and before != after:
            fields[path] = write_options(read_options(text, before), after)
    return fields


def slug_of(title: str) -> str:
    """An address made of a title: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")


class _Reading:
    """One pass over a form; ``wrong`` gathers what no schema sees, since it is about local times and euros."""

    def __init__(self, form: Fields) -> None:
        self.form = form
        self.wrong: dict[str, str] = {}
        self.zone = _known_zone(form.get("time_zone", ""))
        self.languages = form.get("shown", "").split()
        self.rows = {group: typed_rows(form, group) for group in GROUPS}

    def values(self) -> dict[str, Any]:
        """As the schema wants them."""
        form = self.form
        values: dict[str, Any] = {name: form[name] for name in PLAIN if name in form}
        values |= {name: self._texts(name) for name in TEXTS}
        values["slug"] = values.get("slug") or slug_of(next(iter(values["title"].values()), ""))
        values["languages"] = [code for code in LANGUAGES if form.get(f"languages.{code}")]
        values |= {name: bool(form.get(name)) for name in ("waiting_list", "published")}
        values |= {name: self._time(read_moment, name) for name in ("starts_at", "ends_at")}
        values["opens_at"] = self._time(read_opening, "opens_at")
        limits = {name: self._time(read_limit, name) for name in ("closes_at", "free_cancellation_until")}
        values |= {name: limit for name, limit in limits.items() if limit is not None}
        values["fee_cents"] = self._cents("fee_cents")
        values["venue"] = self._part("venue", ("name", "street", "postal_code", "city", "country"), but="country")
        values["project"] = self._part("project", ("name", "funder", "period"))
        values["sessions"] = [self._session(number, row) for number, row in self.rows["sessions"].items()]
        values["questions"] = [self._question(number, row) for number, row in self.rows["questions"].items()]
        values["partners"] = [_only(row, "name", "url", "role") for row in self.rows["partners"].values()]
        values["materials"] = [self._material(row) for row in self.rows["materials"].values()]
        return values

    def renumbered(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The schema counts the rows that it was given; the form has them where they stood."""
        found = {}
        for path, code in fields.items():
            group, _, rest = path.partition(".")
            index, _, name = rest.partition(".")
            if group in self.rows and index.isdigit():
                number = list(self.rows[group])[int(index)]
                found[f"{group}.{number}.{name}".rstrip(".")] = code
            else:
                found[path] = code
        return found

    def _time(self, read_time: Callable[[Fields, str, str], datetime | None], name: str) -> datetime | None:
        try:
            return read_time(self.form, name, self.zone)
        except InvalidInput as refusal:
            self.wrong |= refusal.fields
            return None

    def _texts(self, name: str) -> dict[str, str]:
        typed = {code: self.form.get(f"{name}.{code}", "") for code in LANGUAGES}
        return {code: text for code, text in typed.items() if text.strip()}

    def _cents(self, name: str) -> int | None:
        typed = self.form.get(name, "").strip().removeprefix("€").removesuffix("€").strip()
        if not typed:
            return 0
        if not AMOUNT.fullmatch(typed):
            self.wrong[name] = "not-an-amount"
            return 0
        whole, _, part = typed.replace(",", ".").partition(".")
        cents = abs(int(whole)) * 100 + int(part.ljust(2, "0"))
        return -cents if typed.startswith("-") else cents

    def _part(self, name: str, names: tuple[str, ...], *, but: str = "") -> dict[str, str] | None:
        """An object of several fields; None where none of them was filled in, ``but`` for one that comes filled in."""
        typed = {key: self.form.get(f"{name}.{key}", "").strip() for key in names}
        return typed if any(text for key, text in typed.items() if key != but) else None

    def _session(self, number: int, row: Fields) -> dict[str, Any]:
        path = f"sessions.{number}"
        on = row.get("starts_at.date") or self.form.get("starts_at.date", "")
        until = row.get("ends_at.date") or on
        times = {
            f"{path}.starts_at.date": on,
            f"{path}.starts_at.time": row.get("starts_at.time", ""),
            f"{path}.ends_at.date": until if row.get("ends_at.time") else "",
            f"{path}.ends_at.time": row.get("ends_at.time", ""),
        }
        session: dict[str, Any] = {"title": _texts_of(row, "title"), **_only(row, "speakers", "room")}
        for name in ("starts_at", "ends_at"):
            try:
                session[name] = read_moment(times, f"{path}.{name}", self.zone)
            except InvalidInput as refusal:
                self.wrong |= refusal.fields
        return session

    def _question(self, number: int, row: Fields) -> dict[str, Any]:
        kind = row.get("kind") or "text"
        options = read_options(self.form.get(f"questions.{number}.options", ""), self.languages)
        return {
            "id": row.get("id") or f"q-{secrets.token_hex(3)}",
            "kind": kind,
            "label": _texts_of(row, "label"),
            "required": bool(row.get("required")),
            "options": options,
        }

    @staticmethod
    def _material(row: Fields) -> dict[str, Any]:
        return {**_only(row, "title", "url", "kind"), "language": row.get("language") or None}


def _only(row: Fields, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name)}


def _texts_of(row: Fields, name: str) -> dict[str, str]:
    return {code: row[f"{name}.{code}"] for code in LANGUAGES if row.get(f"{name}.{code}")}


def _known_zone(name: str) -> str:
    """That zone, or the usual one where there is none of that name, which the schema will say."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return DEFAULT_ZONE
