"""The Belgian calendar: which days nobody works on, beside the weekends. The rules get it as an argument."""

from collections.abc import Container
from datetime import date
from typing import Final

from holidays.countries.belgium import BE

HOLIDAYS: Final[Container[date]] = BE()  # type: ignore[no-untyped-call]  # the library's gap
"""The public holidays of any year; a year is worked out when it is first asked for."""
