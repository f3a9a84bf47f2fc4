import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.app import create_app
from service.demo import ahead
from service.demo.stage import cast
from service.domain.windows import Phase, phase
from service.extensions import db
from service.settings import Settings
from tests.test_demo import days, load

BRUSSELS = ZoneInfo("Europe/Brussels")


def every_fifth_day() -> Iterator[datetime]:
    """Over two years, one of them a leap year, at midnight and shortly before it."""
    midnight = datetime(2027, 12, 1, tzinfo=BRUSSELS)
    for number in range(0, 731, 5):
        yield midnight + timedelta(days=number)
        yield midnight + timedelta(days=number + 1, microseconds=-1)


def test_dates_when_loaded_on_any_day_are_fit_for_people() -> None:
    for now in every_fifth_day():
        held_on = ahead._weekday(ahead.FRIDAY, 28, now)
        soon = ahead._working_day(7, now)

        assert held_on.weekday() == 4
        assert timedelta(days=28) <= held_on - now.date() <= timedelta(days=28 + 6 + 14)
        assert not date(held_on.year, 12, 23) <= held_on <= date(held_on.year, 12, 31)
        assert soon.weekday() < 5
        assert soon - now.date() >= timedelta(days=7)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),  # the clocks go forward
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # and back
        datetime(2028, 2, 29, 23, 30, tzinfo=UTC),  # tomorrow in Brussels
        datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
    ],
)
def test_demo_when_loaded_on_odd_days(sqlite_template: Path, tmp_path: Path, now: datetime) -> None:
    shutil.copy(sqlite_template, tmp_path / "demo.sqlite3")
    app = create_app(
        Settings(secret_keys=("a secret for tests only",), database_url=f"sqlite:///{tmp_path}/demo.sqlite3")
    )
    with app.app_context():
        assert load(now) is True
        assert phase(days()["over-de-diensten-heen"].window, full=False, now=now) is Phase.CLOSED
        db.session.remove()
        db.engine.dispose()


def test_cast_when_read_has_addresses_of_their_own() -> None:
    assert len({one.email for one in cast().values()}) == len(cast())
