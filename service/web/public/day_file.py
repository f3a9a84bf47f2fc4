"""A study day as a file for calendars."""

from flask import Blueprint, Response

from service.extensions import db
from service.letters.public_calendar import published
from service.reports.study_days import public_day
from service.web.public.addresses import LANGUAGE
from service.web.public.channels import listed

day_file = Blueprint("day_file", __name__)


@day_file.get(f"{LANGUAGE}/<slug>.ics")
def download(language: str, slug: str) -> Response:
    """The entry of one study day; importing it again after a change replaces it."""
    day = public_day(db.session(), slug)
    source = published(listed(day, language), language=language)
    headers = {"Content-Disposition": f'attachment; filename="{day.slug}.ics"', "Cache-Control": "no-cache"}
    return Response(source, mimetype="text/calendar", headers=headers)
