"""rules.md 1, 2: what somebody types as a local date or time, in both readings, over every change of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.refusals import InvalidInput
from service.domain.windows import Reading, Verdict, has_offset_of, instant, limit_of, on_time, start_of_day, verdict
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, STARTS_AT, TICK

INCLUDING, BEFORE = Reading.UNTIL_AND_INCLUDING, Reading.BEFORE
ZONES = ["Europe/Brussels", "Europe/London", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "UTC"]
BRUSSELS = ZoneInfo("Europe/Brussels")


class TestModelCase:
    """Friday 31 March 2023; the clocks go forward on the 26th: limits in winter time, the day in summer time."""

    def test_closing_when_the_20th_itself_still_counts(self) -> None:
        limit = limit_of(date(2023, 3, 20), INCLUDING, "Europe/Brussels")

        assert limit == CLOSES_AT == datetime(2023, 3, 21, tzinfo=BRUSSELS)
        assert limit.astimezone(BRUSSELS).utcoffset() == timedelta(hours=1)
        assert on_time(datetime(2023, 3, 20, 23, 59, 59, tzinfo=BRUSSELS), limit)
        assert not on_time(datetime(2023, 3, 21, tzinfo=BRUSSELS), limit)

    def test_free_cancellation_when_the_20th_no_longer_counts(self) -> None:
        limit = limit_of(date(2023, 3, 20), BEFORE, "Europe/Brussels")

        assert limit == FREE_UNTIL == datetime(2023, 3, 20, tzinfo=BRUSSELS)
        assert limit.astimezone(BRUSSELS).utcoffset() == timedelta(hours=1)
        assert verdict(datetime(2023, 3, 19, 23, 59, 59, tzinfo=BRUSSELS), limit) == Verdict.ON_TIME
        assert verdict(datetime(2023, 3, 20, tzinfo=BRUSSELS), limit) == Verdict.LATE

    def test_day_when_it_begins_and_ends_in_summer_time(self) -> None:
        assert instant(datetime(2023, 3, 31, 10, 15), "Europe/Brussels") == STARTS_AT
        assert instant(datetime(2023, 3, 31, 17, 0), "Europe/Brussels") == ENDS_AT
        assert STARTS_AT.astimezone(BRUSSELS).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("entered", "reading", "zone", "expected"),
    [
        # a date: until and including the 20th is before the 21st
        (date(2023, 3, 20), INCLUDING, "Europe/Brussels", "2023-03-20T23:00+00:00"),
        (date(2023, 3, 21), BEFORE, "Europe/Brussels", "2023-03-20T23:00+00:00"),
        (date(2023, 3, 20), BEFORE, "Europe/Brussels", "2023-03-19T23:00+00:00"),
        # the day of 23 hours, the day of 25 hours
        (date(2023, 3, 26), BEFORE, "Europe/Brussels", "2023-03-25T23:00+00:00"),
        (date(2023, 3, 26), INCLUDING, "Europe/Brussels", "2023-03-26T22:00+00:00"),
        (date(2023, 10, 29), BEFORE, "Europe/Brussels", "2023-10-28T22:00+00:00"),
        (date(2023, 10, 29), INCLUDING, "Europe/Brussels", "2023-10-29T23:00+00:00"),
        # a leap day, the end of a year
        (date(2024, 2, 28), INCLUDING, "Europe/Brussels", "2024-02-28T23:00+00:00"),
        (date(2023, 12, 31), INCLUDING, "Europe/Brussels", "2023-12-31T23:00+00:00"),
        # a time: the minute that was named still counts, or does not
        (datetime(2023, 3, 20, 12, 0), INCLUDING, "Europe/Brussels", "2023-03-20T11:01+00:00"),
        (datetime(2023, 3, 20, 12, 0), BEFORE, "Europe/Brussels", "2023-03-20T11:00+00:00"),
        (datetime(2023, 3, 20, 23, 59), INCLUDING, "Europe/Brussels", "2023-03-20T23:00+00:00"),
        # the minute before the clocks skip an hour, and the first after
        (datetime(2023, 3, 26, 1, 59), INCLUDING, "Europe/Brussels", "2023-03-26T01:00+00:00"),
        (datetime(2023, 3, 26, 3, 0), BEFORE, "Europe/Brussels", "2023-03-26T01:00+00:00"),
        # a doubled hour: its first time
        (datetime(2023, 10, 29, 2, 30), BEFORE, "Europe/Brussels", "2023-10-29T00:30+00:00"),
        (datetime(2023, 10, 29, 3, 0), BEFORE, "Europe/Brussels", "2023-10-29T02:00+00:00"),
        # a date without midnight: Cairo 2023 begins at 01:00, Beirut 2022 too
        (date(2023, 4, 28), BEFORE, "Africa/Cairo", "2023-04-27T22:00+00:00"),
        (date(2023, 4, 27), INCLUDING, "Africa/Cairo", "2023-04-27T22:00+00:00"),
        (date(2022, 3, 27), BEFORE, "Asia/Beirut", "2022-03-26T22:00+00:00"),
        # a doubled midnight: Havana in autumn
        (date(2023, 11, 5), BEFORE, "America/Havana", "2023-11-05T04:00+00:00"),
        # a date that an island left out
        (date(2011, 12, 30), BEFORE, "Pacific/Apia", "2011-12-30T10:00+00:00"),
        (date(2011, 12, 30), INCLUDING, "Pacific/Apia", "2011-12-30T10:00+00:00"),
    ],
)
def test_limit_when_entered_in_local_time(entered: date, reading: Reading, zone: str, expected: str) -> None:
    assert limit_of(entered, reading, zone) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("reading", list(Reading))
@pytest.mark.parametrize(
    ("entered", "zone"),
    [
        (datetime(2023, 3, 26, 2, 0), "Europe/Brussels"),
        (datetime(2023, 3, 26, 2, 30), "Europe/Brussels"),
        (datetime(2023, 3, 26, 2, 59), "Europe/Brussels"),
        (datetime(2023, 4, 28, 0, 0), "Africa/Cairo"),
        (datetime(2011, 12, 30, 12, 0), "Pacific/Apia"),
        (date.min, "Europe/Brussels"),
        (date.max, "Europe/Brussels"),
        (date.max, "Pacific/Apia"),
        (datetime.min, "Europe/Brussels"),
        (datetime.max.replace(second=0, microsecond=0), "America/Havana"),
        (date(1969, 12, 31), "UTC"),
        (date(2200, 1, 1), "UTC"),
    ],
)
def test_limit_when_there_is_no_such_time(entered: date, reading: Reading, zone: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        limit_of(entered, reading, zone)
    assert caught.value.fields == {"": "no-such-time"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-03-20T00:00+01:00", True),
        ("2023-03-20T00:00+02:00", False),
        ("2023-03-31T10:15+02:00", True),
        ("2023-03-31T10:15+01:00", False),
        ("2023-03-31T08:15+00:00", False),
        ("2023-03-26T01:59+01:00", True),
        ("2023-03-26T02:00+01:00", False),  # an hour that is skipped
        ("2023-03-26T03:00+02:00", True),
        ("2023-10-29T02:30+02:00", True),  # an hour that comes twice
        ("2023-10-29T02:30+01:00", True),
        ("0001-01-01T00:00+01:00", False),
        ("9999-12-31T23:59-01:00", False),
    ],
)
def test_offset_when_compared_with_that_of_the_zone(written: str, expected: bool) -> None:
    assert has_offset_of(datetime.fromisoformat(written), "Europe/Brussels") == expected


@given(day=st.dates(date(1971, 1, 1), date(2199, 12, 30)), zone=st.sampled_from(ZONES))
def test_start_of_day_is_its_first_instant(day: date, zone: str) -> None:
    start = start_of_day(day, zone)
    assert start.astimezone(ZoneInfo(zone)).date() >= day
    assert (start - TICK).astimezone(ZoneInfo(zone)).date() < day


@given(day=st.dates(date(1971, 1, 1), date(2199, 12, 30)), zone=st.sampled_from(ZONES))
def test_until_and_including_a_date_is_before_the_next(day: date, zone: str) -> None:
    assert limit_of(day, INCLUDING, zone) == limit_of(day + timedelta(days=1), BEFORE, zone)


@given(
    local=st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30)),
    zone=st.sampled_from(ZONES),
)
def test_instant_shows_the_time_that_was_typed_or_is_refused(local: datetime, zone: str) -> None:
    there = ZoneInfo(zone)
    skipped = local.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None) != local
    if skipped:
        with pytest.raises(InvalidInput):
            instant(local, zone)
        return
    found = instant(local, zone)
    assert found.tzinfo is UTC
    assert found.astimezone(there).replace(tzinfo=None, fold=0) == local
    assert has_offset_of(found.astimezone(there), zone)
