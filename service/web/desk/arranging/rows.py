"""The repeated groups of the form: which rows were typed into, which are shown, and how many stay spare."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

Fields = Mapping[str, str]
GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "sessions": frozenset({"starts_at.date", "ends_at.date"}),
    "questions": frozenset({"id", "kind", "required"}),
    "partners": frozenset({"role"}),
    "materials": frozenset({"language"}),
}
"""By name; the fields that alone do not make a row, since they come filled in."""
SPARE: Final = 1
MORE: Final = 5
MOST: Final = 100
NUMBERED: Final = re.compile(r"(?P<group>[a-z]+)\.(?P<number>\d{1,3})\.(?P<name>.+)")


def typed_rows(form: Fields, group: str) -> dict[int, dict[str, str]]:
    """The rows that count, in order: by number, the fields of each by their names in it; not those that are to go."""
    return {number: row for number, row in held_rows(form, group).items() if not row.get("remove")}


def held_rows(form: Fields, group: str) -> dict[int, dict[str, str]]:
    """The rows that hold something, in order, also those that are to go."""
    rows: dict[int, dict[str, str]] = {}
    for number, name, value in _numbered(form, group):
        rows.setdefault(number, {})[name] = value
    idle = GROUPS[group] | {"remove"}
    return {
        number: row
        for number, row in sorted(rows.items())
        if any(value for name, value in row.items() if name not in idle)
    }


def shown_rows(form: Fields, group: str, *, more: bool = False) -> range:
    """The numbers of the rows that the form shows: all that came, and some to spare; ``more`` asks for further ones."""
    used = max(typed_rows(form, group), default=-1) + 1
    came = max((number for number, _name, _value in _numbered(form, group)), default=-1) + 1
    return range(min(MOST, came + MORE if more else max(came, used + SPARE)))


def _numbered(form: Fields, group: str) -> Iterator[tuple[int, str, str]]:
    for path, value in form.items():
        found = NUMBERED.fullmatch(path)
        if found and found["group"] == group:
            yield int(found["number"]), found["name"], value.strip()
