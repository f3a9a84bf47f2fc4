"""Study days: read by anybody, arranged by their organiser (contract: API)."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import InvalidInput, NotFound
from service.domain.roles import Role
from service.models import Organiser, StudyDay
from service.reports.catalogue import study_days
from service.usecases.arrange import change_study_day, create_study_day
from service.web.api.bodies import SliceSchema, StudyDayChangeSchema
from service.web.api.calls import PREFIX, Call, Room
from service.web.api.examples import CHANGE, NEW_DAY
from service.web.api.shapes import StudyDayAnswerSchema, page_of
from service.web.api.study_day_view import is_ours, shown
from service.web.clock import now
from service.web.security import actor, own_day, principal, require, signed_in
from service.web.study_day_schema import StudyDaySchema, settled

room: Final = Room("study days", "Read by anybody; arranged by their organiser.")
OF_DAY: Final = {"parameters": {"slug": "$response.body#/slug"}}


@room.get(
    "/study-days", Call(answer=page_of(StudyDayAnswerSchema), query=SliceSchema(), knows_staff=True, cross_origin=True)
)
def list_study_days(session: Session, part: Mapping[str, Any]) -> Any:
    """List the study days.

    The latest first, so that the first page has those to come. With a token, drafts of one's own organisers as well.
    """
    who = principal()
    page = study_days(session, who.organisers(*Role) if who else (), **part)
    return {"items": [shown(day) for day in page.items], "next": page.next}


@room.get("/study-days/<slug:slug>", Call(answer=StudyDayAnswerSchema, knows_staff=True, cross_origin=True))
def read_study_day(session: Session, slug: str) -> Any:
    """Read a study day."""
    day = session.execute(sa.select(StudyDay).where(StudyDay.slug == slug)).scalar_one_or_none()
    if day is None or (not day.published and not is_ours(day)):
        raise NotFound
    return shown(day)


@room.post(
    "/study-days",
    Call(
        roles=(Role.ORGANISER,),
        body=StudyDaySchema(),
        status=201,
        answer=StudyDayAnswerSchema,
        problems=("conflict",),
        examples=NEW_DAY,
        headers={"Location": {"description": "Its address in this API.", "schema": {"type": "string"}}},
        links={
            name: {"operationId": name, **OF_DAY}
            for name in (
                "read_study_day",
                "edit_study_day",
                "sign_up",
                "close_registration",
                "list_registrations",
                "read_history",
            )
        },
    ),
)
def make_study_day(session: Session, values: dict[str, Any]) -> Any:
    """Make a study day.

    `organiser` may be left out where the caller has one.
    """
    organiser = _organiser(session, values.pop("organiser", None))
    day = create_study_day(session, organiser, values, actor=actor(), now=now())
    return shown(day), {"Location": f"{PREFIX}/study-days/{day.slug}"}


@room.patch(
    "/study-days/<slug:slug>",
    Call(
        roles=(Role.ORGANISER,),
        body=StudyDayChangeSchema(),
        answer=StudyDayAnswerSchema,
        problems=("conflict", "study-day-cancelled"),
        examples=CHANGE,
    ),
)
def edit_study_day(session: Session, values: dict[str, Any], slug: str) -> Any:
    """Change a study day.

    What is left out stays; lists and objects are replaced whole. Another time or place, or a higher fee: everyone is
    told, and free cancellation opens again. Another title or mailbox: those are told who have it in their calendar.
    """
    day = own_day(slug, Role.ORGANISER)
    if values.pop("organiser", day.organiser.slug) != day.organiser.slug:
        raise InvalidInput({"organiser": "not-to-change"})
    values, wrong = settled(values, day.time_zone)
    if wrong:
        raise InvalidInput(wrong)
    return shown(change_study_day(session, day.id, values, actor=actor(), now=now()))


def _organiser(session: Session, slug: str | None) -> Organiser:
    """The one that is named, or the only one there can be.

    :raises NotFound, NotAllowed: as ``require``.
    :raises InvalidInput: there could be several.
    """
    wanted = sa.select(Organiser)
    if slug is None:
        ids = signed_in().organisers(Role.ORGANISER)
        found = session.execute(wanted if ids is None else wanted.where(Organiser.id.in_(ids)).limit(2)).scalars().all()
        if len(found) != 1:
            raise InvalidInput({"organiser": "required"})
        return found[0]
    organiser = session.execute(wanted.where(Organiser.slug == slug)).scalar_one_or_none()
    if organiser is None:
        raise NotFound
    require(organiser.id, Role.ORGANISER)
    return organiser
