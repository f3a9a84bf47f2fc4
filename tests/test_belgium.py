from datetime import date, timedelta

from holidays.countries.belgium import BE

from service.belgium import HOLIDAYS

WEEKEND = 5


def test_holidays_when_compared_with_those_of_the_library_are_the_same_on_every_day_of_the_week() -> None:
    known = BE()  # type: ignore[no-untyped-call]  # the library's gap
    days = [date(1990, 1, 1) + timedelta(days=number) for number in range(365 * 110)]
    worked = [day for day in days if day.weekday() < WEEKEND]

    differing = [day for day in worked if (day in HOLIDAYS) != (day in known)]

    assert differing == []
    assert sum(day in HOLIDAYS for day in worked) > 700


def test_holidays_when_asked_for_something_else_hold_it_not() -> None:
    assert "Christmas" not in HOLIDAYS
