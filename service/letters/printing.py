"""From a sheet to a letter: the two templates, compiled once per process.

Only the HTML is escaped, by the name of its template. Texts reach the templates as values and are never read as
templates, formats or patterns themselves.
"""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from service.letters.calendar import Entry
from service.letters.letter import Letter
from service.letters.sheet import Sheet

FOLDER: Final = Path(__file__).parents[2] / "templates" / "email"


def printed(sheet: Sheet, entry: Entry | None = None) -> Letter:
    """The letter in its forms, with the calendar object that belongs to it."""
    return Letter(
        subject=sheet.subject,
        text=_template("letter.txt").render(sheet=sheet),
        html=_template("letter.html").render(sheet=sheet),
        calendar=entry.source if entry else None,
        method=entry.method if entry else None,
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
