"""A study day's turns: closed, reopened, called off, signed off; and what happened to it (contract: API)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.reports.charges import all_charges
from service.reports.history import history_of_day
from service.reports.paging import Slice
from service.usecases.open_close import call_off, close, reopen
from service.usecases.sign_off import sign_off
from service.web.api.bodies import ReasonSchema, ReopenSchema, SignOffSchema, SliceSchema
from service.web.api.calls import Call, Room
from service.web.api.fee_shapes import SignedOffSchema
from service.web.api.shapes import HistorySchema, StudyDayAnswerSchema, page_of
from service.web.api.study_day_view import shown
from service.web.clock import now
from service.web.security import actor, own_day

room: Final = Room("turns of a study day", "Closed, reopened, called off, signed off; each with who, when and why.")
OURS: Final = (Role.ORGANISER,)
OVER: Final = ("study-day-cancelled", "study-day-over")


@room.post(
    "/study-days/<slug:slug>/close",
    Call(roles=OURS, body=ReasonSchema(), answer=StudyDayAnswerSchema, problems=("registration-closed", *OVER)),
)
def close_registration(session: Session, said: Mapping[str, Any], slug: str) -> Any:
    """Close the registration now."""
    return shown(close(session, own_day(slug, *OURS).id, reason=said["reason"], actor=actor(), now=now()))


@room.post(
    "/study-days/<slug:slug>/reopen",
    Call(roles=OURS, body=ReopenSchema(), answer=StudyDayAnswerSchema, problems=OVER),
)
def reopen_registration(session: Session, said: Mapping[str, Any], slug: str) -> Any:
    """Set a new limit, after now and not after the start; any offset will do."""
    day = own_day(slug, *OURS)
    return shown(reopen(session, day.id, until=said["until"], reason=said["reason"], actor=actor(), now=now()))


@room.post(
    "/study-days/<slug:slug>/cancel",
    Call(roles=OURS, body=ReasonSchema(), answer=StudyDayAnswerSchema, problems=OVER),
)
def call_study_day_off(session: Session, said: Mapping[str, Any], slug: str) -> Any:
    """Call the study day off: everyone is told, nobody owes anything."""
    return shown(call_off(session, own_day(slug, *OURS).id, reason=said["reason"], actor=actor(), now=now()))


@room.post(
    "/study-days/<slug:slug>/sign-off",
    Call(
        roles=OURS,
        body=SignOffSchema(),
        body_required=False,
        answer=SignedOffSchema,
        problems=("too-early", "attendance-not-taken", "conflict", "study-day-cancelled"),
    ),
)
def sign_attendance_off(session: Session, said: Mapping[str, Any], slug: str) -> Any:
    """Say that the attendance is right; makes a draft charge for everyone who owes the fee."""
    day = own_day(slug, *OURS)
    sign_off(session, day.id, confirm_many_absent=said["confirm_many_absent"], actor=actor(), now=now())
    return {**shown(day), "charges": all_charges(session, day.id)}


@room.get("/study-days/<slug:slug>/history", Call(roles=OURS, query=SliceSchema(), answer=page_of(HistorySchema)))
def read_history(session: Session, part: Mapping[str, Any], slug: str) -> Any:
    """Who did what, when, through what, and why; oldest first."""
    return history_of_day(session, own_day(slug, *OURS).id, Slice(part["limit"], part["cursor"] or None))
