"""Pages of a list: by the id after which the next one begins, so that the thousandth page costs what the first does."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.refusals import InvalidInput

Item = TypeVar("Item")
LARGEST_ID: Final = 2**31 - 1
CURSOR: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list; ``next`` is the cursor of the page that follows, None on the last."""

    items: Sequence[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is wanted: at most ``limit`` rows after ``cursor``; ``newest_first`` turns it around."""

    limit: int = 50
    cursor: str | None = None
    newest_first: bool = False

    def after(self, wanted: sa.Select[Any], key: InstrumentedAttribute[int]) -> sa.Select[Any]:
        """The statement that reads from the cursor on.

        :raises InvalidInput: ``cursor`` was not made here.
        """
        if self.cursor is not None:
            seen = read_cursor(self.cursor)
            wanted = wanted.where(key < seen if self.newest_first else key > seen)
        return wanted.order_by(key.desc() if self.newest_first else key)

    def of(self, wanted: sa.Select[Any], key: InstrumentedAttribute[int]) -> sa.Select[Any]:
        """As ``after``, but reads only this part, and one row more, which tells whether anything follows."""
        return self.after(wanted, key).limit(self.limit + 1)

    def page(self, rows: Sequence[Item], id_of: Callable[[Item], int]) -> Page[Item]:
        """The page, of the rows which that statement gave."""
        if len(rows) <= self.limit:
            return Page(rows)
        kept = rows[: self.limit]
        return Page(kept, str(id_of(kept[-1])))


FIRST: Final = Slice()


def read_cursor(cursor: str) -> int:
    """:raises InvalidInput: that is no cursor."""
    if not CURSOR.fullmatch(cursor) or int(cursor) > LARGEST_ID:
        raise InvalidInput({"cursor": "not-a-number"})
    return int(cursor)
