"""Local times as staff type them: a date, a time, and for a limit how it is to be read; and back into the fields.

A limit stands in the form in the reading in which it is printed (``wording.limit_sentence``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from service.domain.refusals import InvalidInput
from service.domain.windows import Reading, instant, limit_of, start_of_day
from service.locale import N_

READINGS: Final = {
    Reading.UNTIL_AND_INCLUDING.value: N_("until and including"),
    Reading.BEFORE.value: N_("before"),
}
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
Typed = Mapping[str, str]
"""A form, by the names of its fields: ``closes_at`` has ``closes_at.date``, ``….time`` and ``….reading``."""


def read_limit(form: Typed, name: str, zone: str) -> datetime | None:
    """The limit that was typed, in UTC; None where neither date nor time was.

    :raises InvalidInput: field ``name`` -> code.
    """
    on, at = _date(form, name), _time(form, name)
    reading = form.get(f"{name}.reading") or Reading.UNTIL_AND_INCLUDING
    if on is None and at is None:
        return None
    if reading not in READINGS:
        raise InvalidInput({name: "not-a-choice"})
    if on is None:
        raise InvalidInput({name: "required"})
    with _under(name):
        return limit_of(datetime.combine(on, at) if at else on, Reading(reading), zone)


def read_opening(form: Typed, name: str, zone: str) -> datetime | None:
    """The beginning that was typed, in UTC: a date alone is the start of that day.

    :raises InvalidInput: field ``name`` -> code.
    """
    return read_limit({**form, f"{name}.reading": Reading.BEFORE.value}, name, zone)


def read_moment(form: Typed, name: str, zone: str) -> datetime | None:
    """The instant that was typed, in UTC; None where neither date nor time was.

    :raises InvalidInput: field ``name`` -> code.
    """
    on, at = _date(form, name), _time(form, name)
    if on is None and at is None:
        return None
    if on is None or at is None:
        raise InvalidInput({name: "date-and-time"})
    with _under(name):
        return instant(datetime.combine(on, at), zone)


def limit_fields(name: str, limit: datetime | None, zone: str) -> dict[str, str]:
    """What ``read_limit`` makes that limit of, to the minute."""
    if limit is None:
        return {}
    local = limit.astimezone(ZoneInfo(zone))
    if start_of_day(local.date(), zone) == limit.replace(second=0, microsecond=0):
        day_before = local.date() - timedelta(days=1)
        return _fields(name, day_before, "", Reading.UNTIL_AND_INCLUDING)
    return _fields(name, local.date(), f"{local:%H:%M}", Reading.BEFORE)


def moment_fields(name: str, moment: datetime | None, zone: str) -> dict[str, str]:
    """What ``read_moment`` makes that instant of, to the minute."""
    if moment is None:
        return {}
    local = moment.astimezone(ZoneInfo(zone))
    return {f"{name}.date": local.date().isoformat(), f"{name}.time": f"{local:%H:%M}"}


@contextmanager
def _under(name: str) -> Iterator[None]:
    """What is wrong with a time belongs to the field of that name."""
    try:
        yield
    except InvalidInput as refusal:
        raise InvalidInput({name: next(iter(refusal.fields.values()))}) from None


def opening_fields(name: str, moment: datetime | None, zone: str) -> dict[str, str]:
    """As ``limit_fields`` where the limit is a beginning: a date alone is the start of that day."""
    if moment is None:
        return {}
    local = moment.astimezone(ZoneInfo(zone))
    whole_day = start_of_day(local.date(), zone) == moment.replace(second=0, microsecond=0)
    return _fields(name, local.date(), "" if whole_day else f"{local:%H:%M}", Reading.BEFORE)


def _fields(name: str, on: date, at: str, reading: Reading) -> dict[str, str]:
    return {f"{name}.date": on.isoformat(), f"{name}.time": at, f"{name}.reading": reading.value}


def _date(form: Typed, name: str) -> date | None:
    typed = form.get(f"{name}.date", "").strip()
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput({name: "not-a-time"}) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput({name: "out-of-range"})
    return found


def _time(form: Typed, name: str) -> time | None:
    typed = form.get(f"{name}.time", "").strip()
    if not typed:
        return None
    try:
        found = time.fromisoformat(typed)
    except ValueError:
        raise InvalidInput({name: "not-a-time"}) from None
    if found.tzinfo is not None:
        raise InvalidInput({name: "not-a-time"})
    return found.replace(second=0, microsecond=0)
