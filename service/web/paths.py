"""What may stand in an address: anything else is no such page, before anybody asks the database."""

from typing import Any, Final

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from service.reports.paging import LARGEST_ID
from service.web.study_day_schema import SLUG

LONGEST_SLUG: Final = 80


def init_app(app: Flask) -> None:
    """Teach the addresses of the application ``<slug:…>`` and ``<id:…>``; before any of them is mounted."""
    app.url_map.converters.update(slug=SlugConverter, id=IdConverter)


class SlugConverter(BaseConverter):
    """The address of a study day."""

    regex = f"(?![a-z0-9-]{{{LONGEST_SLUG + 1}}})" + SLUG.replace("(", "(?:")


class IdConverter(IntegerConverter):
    """The id of a row; none is larger than its column."""

    regex = "[0-9]+"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def slug_as_parameter(_: SlugConverter) -> dict[str, Any]:
    """For the OpenAPI document."""
    return {"type": "string", "pattern": f"^{SLUG}$", "maxLength": LONGEST_SLUG}
