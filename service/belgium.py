"""The Belgian calendar: which days nobody works on, beside the weekends. The rules get it as an argument.

Ten days that the law names, written out: the library that knows them for every country of the world takes 12 MB in each
process, and is the oracle of the test instead. Easter is a library's all the same.
"""

from collections.abc import Container
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from dateutil.easter import easter

FIXED: Final = frozenset({(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)})
"""New Year, Labour Day, National Day, Assumption, All Saints, Armistice, Christmas: (month, day)."""
AFTER_EASTER: Final = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday: days after Easter Sunday."""


class _Holidays:
    """A container of dates, of any year."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and ((day.month, day.day) in FIXED or day in _moving(day.year))


@lru_cache(8)
def _moving(year: int) -> frozenset[date]:
    return frozenset(easter(year) + timedelta(days=days) for days in AFTER_EASTER)


HOLIDAYS: Final[Container[date]] = _Holidays()
