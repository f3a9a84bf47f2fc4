"""The study days to come and those of the last year, as feeds: kept like pages, and free to read for other sites."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, request

from service.domain.refusals import NotFound
from service.extensions import db
from service.letters.public_calendar import Channel
from service.locale import translate
from service.reports.study_days import organiser_named, public_days
from service.runtime import runtime
from service.web.clock import now
from service.web.kept import keep, read_feed
from service.web.lookout import look
from service.web.public.addresses import LANGUAGE
from service.web.public.channels import Feed
from service.web.public.feed_files import as_atom, as_calendar, as_json
from service.web.study_day_schema import SLUG

feeds = Blueprint("feeds", __name__)


@feeds.get(f"{LANGUAGE}/feed.ics")
def calendar(language: str) -> Response:
    """For calendars to subscribe to; ``?organiser=SLUG`` for the days of one."""
    return _feed(language, "feed.ics", "text/calendar", as_calendar)


@feeds.get(f"{LANGUAGE}/feed.atom")
def atom(language: str) -> Response:
    """The same for feed readers."""
    return _feed(language, "feed.atom", "application/atom+xml", as_atom)


@feeds.get(f"{LANGUAGE}/feed.json")
def json_feed(language: str) -> Response:
    """The same for other sites."""
    return _feed(language, "feed.json", "application/feed+json", as_json)


def _feed(language: str, name: str, content_type: str, write: Callable[[Feed], str]) -> Response:
    """Of each feed only the newest version is kept; a study day's revision decides whether it is the newest."""
    slug = request.args.get("organiser", "")
    whose = _organiser(slug) if slug else ""
    days = read_feed(organiser=slug, now=now())

    def make() -> str:
        rows = public_days(db.session(), [id for id, _ in days])
        title = translate(language, "Study days")
        query = f"?organiser={slug}" if slug else ""
        channel = Channel(
            name=f"{title} – {whose}" if whose else title,
            url=runtime().links.page(f"/{language}/{name}{query}"),
            page_url=runtime().links.page(f"/{language}/"),
        )
        return write(Feed(channel, language, [rows[id] for id, _ in days]))

    response = keep((name, language, slug), make, version=(whose, days), content_type=content_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _organiser(slug: str) -> str:
    """The name of the organiser with that slug.

    :raises NotFound: there is none.
    """
    found = look(organiser_named(slug)) if re.fullmatch(SLUG, slug) else []
    if not found:
        raise NotFound
    name: str = found[0].name
    return name
