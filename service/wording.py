"""Times and money as people read them, in five languages; the only place that turns either into words.

Babel gives the names, each time by an explicit locale; the sentences are messages like all others. What is made is
kept: a study day has few limits, and they are printed on every page and in every letter.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.numbers import format_currency

from service.locale import translate

# Belgium's forms where it has its own; Irish English writes the day first, without commas, and thinks in euros.
LOCALES: Final = {name: Locale.parse(name) for name in ("nl_BE", "fr_BE", "en_IE", "de_BE", "it_IT")}
BY_LANGUAGE: Final = {str(locale.language): locale for locale in LOCALES.values()}
MINUTE: Final = timedelta(minutes=1)
KEPT: Final = 4096
CONTRACTIONS: Final = {
    "fr": ((re.compile(r"\bde (?=[AEIOUYÀÂÉÈÊÎÔÛ])"), "d’"), (re.compile(r"\bde Le "), "du ")),
    "it": ((re.compile(r"\bdi Il "), "del "),),
}
"""What a preposition and the name of a city become together: heure d’Amsterdam, ora del Cairo."""


def colon(language: str) -> str:
    """What stands between a name and its value; French puts a space before it."""
    return "\N{NO-BREAK SPACE}:" if language == "fr" else ":"


@lru_cache(KEPT)
def limit_sentence(limit: datetime, zone: str, language: str) -> str:
    """A half-open limit, so that nobody can misread the day (rules.md 2).

    At a local midnight "until and including Monday 20 March 2023, 23:59 (Brussels time)", the day before; otherwise
    "before 12:00 on Monday 20 March 2023 (Brussels time)". Seconds are dropped: never later than the limit is.

    :param limit: aware; the first instant that is too late.
    """
    first_too_late = _local(limit, zone).replace(second=0, microsecond=0)
    last_minute = _local(limit.replace(second=0, microsecond=0) - MINUTE, zone)
    if last_minute.date() < first_too_late.date():
        return translate(
            language,
            "until and including %(day)s, %(time)s (%(zone)s)",
            day=in_words(last_minute.date(), language),
            time=_clock(last_minute),
            zone=_zone_at(last_minute, zone, language),
        )
    return translate(
        language,
        "before %(time)s on %(day)s (%(zone)s)",
        day=in_words(first_too_late.date(), language),
        time=_clock(first_too_late),
        zone=_zone_at(first_too_late, zone, language),
    )


@lru_cache(KEPT)
def held(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """When a study day takes place, on one day or over several; with the zone, for those who join from elsewhere."""
    first, last = _local(starts_at, zone), _local(ends_at, zone)
    if first.date() == last.date():
        return translate(
            language,
            "%(day)s, %(times)s (%(zone)s)",
            day=in_words(first.date(), language),
            times=f"{_clock(first)}–{_clock(last)}",
            zone=_zone_at(first, zone, language),
        )
    return translate(
        language,
        "%(first_day)s, %(starts)s – %(last_day)s, %(ends)s (%(zone)s)",
        first_day=in_words(first.date(), language),
        starts=_clock(first),
        last_day=in_words(last.date(), language),
        ends=_clock(last),
        zone=_zone_at(first, zone, language),
    )


@lru_cache(KEPT)
def moment(at: datetime, zone: str, language: str) -> str:
    """An instant to the minute: "Monday 20 March 2023, 14:03 (Brussels time)"."""
    local = _local(at, zone)
    return translate(
        language,
        "%(day)s, %(time)s (%(zone)s)",
        day=in_words(local.date(), language),
        time=_clock(local),
        zone=_zone_at(local, zone, language),
    )


@lru_cache(KEPT)
def brief(at: datetime, zone: str, language: str) -> str:
    """An instant in a row of a table, whose caption names the zone: "20 Mar 2023, 14:03"."""
    local = _local(at, zone)
    return f"{short_day(local.date(), language)}, {_clock(local)}"


@lru_cache(KEPT)
def short_day(on: date, language: str) -> str:
    """A date in short: "20 Mar 2023"."""
    return format_date(on, "d. MMM y" if language == "de" else "d MMM y", BY_LANGUAGE[language])


def clock(at: datetime, zone: str) -> str:
    """The local time of an instant: "14:03"."""
    return _clock(_local(at, zone))


def day(at: datetime, zone: str, language: str) -> str:
    """The local day of an instant: "Monday 20 March 2023"."""
    return in_words(_local(at, zone).date(), language)


def time_range(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Two times of one local day: "10:15–11:00"; all five languages write them alike."""
    return f"{_clock(_local(starts_at, zone))}–{_clock(_local(ends_at, zone))}"


@lru_cache(KEPT)
def leaf(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> tuple[str, str, str]:
    """A date as a calendar's leaf shows it: ("March", "31", "2023"); several days "7–8"."""
    first, last = _local(starts_at, zone), _local(ends_at, zone)
    days = f"{first.day}" if first.date() == last.date() else f"{first.day}–{last.day}"
    return format_date(first, "LLLL", BY_LANGUAGE[language]), days, f"{first.year}"


@lru_cache(KEPT)
def in_words(on: date, language: str) -> str:
    """A date: "Monday 20 March 2023"; the first of a month as French and Italian say it, "1er mai", "1º maggio"."""
    locale = BY_LANGUAGE[language]
    pattern = "EEEE, d. MMMM y" if language == "de" else "EEEE d MMMM y"
    if on.day == 1 and language in {"fr", "it"}:
        pattern = pattern.replace("d", "d'er'" if language == "fr" else "d'º'")
    return format_date(on, pattern, locale)


@lru_cache(KEPT)
def money(cents: int, language: str) -> str:
    """An amount in euros, from integer cents: "€ 15,00", "15,00 €", "€15.00"."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=BY_LANGUAGE[language])


@lru_cache(KEPT)
def zone_name(zone: str, language: str) -> str:
    """Whose time it is: "Brussels time"; a zone that is no place goes by its own name."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone.removeprefix("Etc/")
    city = get_timezone_location(ZoneInfo(zone), locale=BY_LANGUAGE[language], return_city=True)
    name = translate(language, "%(city)s time", city=city.rpartition("/")[2])
    for apart, together in CONTRACTIONS.get(language, ()):
        name = apart.sub(together, name)
    return name


def address(venue: Mapping[str, str], language: str) -> str:
    """A venue (name, street, postal_code, city, country as ISO code) in one line; what is missing is left out."""
    town = " ".join(filter(None, (venue.get("postal_code"), venue.get("city"))))
    country = venue.get("country") or ""
    country = BY_LANGUAGE[language].territories.get(country.upper(), country)
    return ", ".join(filter(None, (venue.get("name"), venue.get("street"), town, country)))


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}"


def _zone_at(local: datetime, zone: str, language: str) -> str:
    """The zone, and in an hour that the clocks run through twice also which of the two is meant."""
    name = zone_name(zone, language)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return name
    offset = f"{local:%z}"
    return f"{name}, UTC{offset[:3]}:{offset[3:5]}"
