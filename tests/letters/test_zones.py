"""VTIMEZONE of any zone: what a calendar file says is the instant that was meant, read by itself."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Calendar

from service.letters.writing import write
from service.letters.zones import span
from tests.letters.samples import make_about, make_day
from tests.standards import check_ics

HOUR = timedelta(hours=1)
RULES_OF_BRUSSELS = [
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Brussels",
    "BEGIN:STANDARD",
    "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "TZNAME:CET",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "TZNAME:CEST",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
]

INSTANTS = {
    "a day after the clocks went forward": ("Europe/Brussels", datetime(2023, 3, 31, 8, 15, tzinfo=UTC)),
    "the day before": ("Europe/Brussels", datetime(2023, 3, 25, 9, 15, tzinfo=UTC)),
    "the very day": ("Europe/Brussels", datetime(2023, 3, 26, 8, 15, tzinfo=UTC)),
    "over the night of the change": ("Europe/Brussels", datetime(2023, 3, 26, 0, 30, tzinfo=UTC)),
    "the doubled hour, first time": ("Europe/Brussels", datetime(2023, 10, 29, 0, 30, tzinfo=UTC)),
    "the doubled hour, second time": ("Europe/Brussels", datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
    "winter across New Year": ("Europe/Brussels", datetime(2023, 12, 31, 22, 30, tzinfo=UTC)),
    "summer time is the second to begin": ("America/New_York", datetime(2023, 3, 12, 14, 0, tzinfo=UTC)),
    "winter in the south": ("Australia/Sydney", datetime(2023, 7, 3, 0, 0, tzinfo=UTC)),
    "summer in the south": ("Australia/Sydney", datetime(2024, 1, 9, 0, 0, tzinfo=UTC)),
    "standard time is the summer's by name": ("Europe/Dublin", datetime(2023, 1, 9, 9, 0, tzinfo=UTC)),
    "no change, half an hour": ("Asia/Kolkata", datetime(2023, 3, 31, 4, 30, tzinfo=UTC)),
    "no change, three quarters": ("Asia/Kathmandu", datetime(2023, 3, 31, 4, 30, tzinfo=UTC)),
    "clocks follow the moon": ("Africa/Casablanca", datetime(2023, 3, 31, 9, 0, tzinfo=UTC)),
    "and the month after": ("Africa/Casablanca", datetime(2023, 5, 31, 9, 0, tzinfo=UTC)),
    "clocks follow the moon, that night": ("Africa/Casablanca", datetime(2023, 3, 19, 1, 30, tzinfo=UTC)),
    "clocks follow the moon, over that night": ("Africa/Casablanca", datetime(2023, 3, 19, 0, 30, tzinfo=UTC)),
    "the rule moves to another hour, over that night": ("America/Goose_Bay", datetime(2011, 11, 6, 3, 30, tzinfo=UTC)),
    "the Friday before the last Sunday": ("Asia/Jerusalem", datetime(2023, 3, 31, 7, 0, tzinfo=UTC)),
    "midnight that does not exist": ("America/Santiago", datetime(2023, 9, 3, 14, 0, tzinfo=UTC)),
    "the last year of summer time": ("America/Mexico_City", datetime(2022, 7, 4, 14, 0, tzinfo=UTC)),
    "half an hour of summer time": ("Australia/Lord_Howe", datetime(2023, 12, 4, 1, 0, tzinfo=UTC)),
    "UTC": ("UTC", datetime(2023, 3, 31, 8, 15, tzinfo=UTC)),
}
NEED_UTC = {
    "the doubled hour, first time",
    "the doubled hour, second time",
    "clocks follow the moon, that night",
    "clocks follow the moon, over that night",
    "the rule moves to another hour, over that night",
    "UTC",
}
"""Cases that no local time says clearly."""


@pytest.mark.parametrize("case", INSTANTS)
def test_time_when_read_by_the_file_alone_is_the_instant_that_was_meant(case: str, tmp_path: Path) -> None:
    zone, starts_at = INSTANTS[case]
    ends_at = starts_at + 3 * HOUR
    path = tmp_path / "invite.ics"
    letter = write("confirmed", make_about("confirmed", day=make_day(starts_at=starts_at, ends_at=ends_at, zone=zone)))
    path.write_bytes(letter.calendar or b"")

    start, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (starts_at, ends_at))
    assert check_ics(path, "--method", "REQUEST", "--start", start, "--end", end, "--strict") == ""


@pytest.mark.parametrize("case", INSTANTS)
def test_time_when_its_zone_can_say_it_is_written_in_that_zone(case: str) -> None:
    zone, starts_at = INSTANTS[case]

    times = span(starts_at, starts_at + 3 * HOUR, zone)

    assert times.starts_at == starts_at
    assert times.ends_at == starts_at + 3 * HOUR
    assert (times.definition is None) == (case in NEED_UTC)
    assert str(times.starts_at.tzinfo) == ("UTC" if case in NEED_UTC else zone)


def test_definition_of_brussels_when_written_has_the_two_yearly_rules() -> None:
    calendar = write("confirmed", make_about("confirmed")).calendar or b""

    lines = calendar.decode().split("\r\n")
    begin, end = lines.index("BEGIN:VTIMEZONE"), lines.index("END:VTIMEZONE")
    assert lines[begin : end + 1] == RULES_OF_BRUSSELS
    assert b"DTSTART;TZID=Europe/Brussels:20230331T101500\r\n" in calendar


@pytest.mark.slow
@pytest.mark.parametrize("year", [2023, 2026])
def test_definition_of_every_zone_when_read_back_gives_the_same_instants(year: int) -> None:
    @cache
    def read(definition: bytes) -> Any:
        zone = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + definition + b"END:VCALENDAR\r\n").walk("VTIMEZONE")[0]
        return zone.to_tz(lookup_tzid=False)  # type: ignore[attr-defined]  # walk() promises any component

    for zone in sorted(available_timezones()):
        for month in range(1, 13):
            at = datetime(year, month, 15, 9, tzinfo=UTC)
            times = span(at, at + HOUR, zone)
            assert times.starts_at == at
            if times.definition is not None:
                local = at.astimezone(ZoneInfo(zone))
                definition = times.definition.to_ical()
                assert read(definition).utcoffset(local.replace(tzinfo=None)) == local.utcoffset(), (zone, at)
