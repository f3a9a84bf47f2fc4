"""The way in: the list of study days, and one of them at a glance."""

import sqlalchemy as sa
from flask import Blueprint

from service.domain.roles import Role
from service.extensions import db
from service.models import StudyDay
from service.web.desk.frame import day_page, page
from service.web.security import own_day, signed_in, staff_only

overview_pages = Blueprint("overview", __name__, url_prefix="/desk")


@overview_pages.get("/")
@staff_only(*Role)
def days() -> str:
    """The study days of the organisers where a role is held."""
    organisers = signed_in().organisers(*Role)
    wanted = sa.select(StudyDay).order_by(StudyDay.starts_at.desc())
    if organisers is not None:
        wanted = wanted.where(StudyDay.organiser_id.in_(organisers))
    return page("pages/desk/days.html", days=db.session.execute(wanted).scalars().all())


@overview_pages.get("/study-days/<slug>")
@staff_only(Role.ORGANISER, Role.CHECKIN, Role.FINANCE)
def overview(slug: str) -> str:
    """One study day at a glance."""
    day = own_day(slug, Role.ORGANISER, Role.CHECKIN, Role.FINANCE)
    return day_page("pages/desk/overview.html", day, "overview")
