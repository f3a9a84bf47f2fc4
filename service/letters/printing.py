"""From a sheet to a letter: the two templates, compiled once per process.

Only the HTML is escaped, by the name of its template. Texts reach the templates as values and are never read as
templates, formats or patterns themselves.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from service.letters.calendar import Entry
from service.letters.letter import Letter
from service.letters.sheet import Sheet

ADDRESS: Final = re.compile(r"(https?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]}’”»])")
"""Of a page, without the full stop of the sentence that it ends."""
LINK: Final = Markup('<a class="ink" style="color:#0f4c5c" href="{0}">{0}</a>')
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
    environment.filters["linked"] = _linked
    return environment.get_template(name)


def _linked(line: str) -> Markup:
    """A line as HTML, the addresses in it as links."""
    parts = ADDRESS.split(line)
    return Markup("").join(LINK.format(part) if number % 2 else escape(part) for number, part in enumerate(parts))
