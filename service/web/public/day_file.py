"""A study day as a file for calendars."""

import uuid
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response

from service.extensions import db
from service.letters.calendar import Listed, published
from service.locale import translate
from service.models import StudyDay
from service.reports.study_days import public_day
from service.web.clock import now
from service.web.facts import day_facts
from service.web.public.addresses import LANGUAGE

PLACE: Final = uuid.UUID("6b0f3a52-6d0e-4a53-9d0f-0c1f8b9f6d11")
"""The name space of our lasting identifiers."""

day_file = Blueprint("day_file", __name__)


@day_file.get(f"{LANGUAGE}/<slug>.ics")
def download(language: str, slug: str) -> Response:
    """The entry of one study day; importing it again after a change replaces it."""
    day = public_day(db.session(), slug)
    source = published(_listed(day, language), language=language)
    headers = {"Content-Disposition": f'attachment; filename="{day.slug}.ics"', "Cache-Control": "no-cache"}
    return Response(source, mimetype="text/calendar", headers=headers)


def _listed(day: StudyDay, language: str) -> Listed:
    facts = day_facts(day, language)
    return Listed(
        # The link of the meeting is for those who registered.
        day=replace(
            facts, online_url="", place=facts.place or (translate(language, "Online") if day.online_url else "")
        ),
        uid=str(uuid.uuid5(PLACE, f"{day.organiser.slug} {day.created_at.isoformat()} {day.id}")),
        sequence=day.revision,
        changed_at=now(),
        called_off=day.cancelled_at is not None,
    )
