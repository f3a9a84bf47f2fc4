"""Registrations: made by anybody, seen and ended by staff (contract: API)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.roles import Role
from service.reports.paging import Slice
from service.reports.registrations import registration, registrations
from service.usecases.application import Application
from service.usecases.cancel import cancel
from service.usecases.check_in import check_in, undo_check_in
from service.usecases.register import register
from service.web.api.bodies import OptionalReasonSchema, SignUpSchema, SliceSchema
from service.web.api.calls import Call, Room
from service.web.api.examples import SIGN_UP
from service.web.api.shapes import PlaceSchema, RegistrationSchema, page_of
from service.web.clock import now
from service.web.security import actor, own_day, own_registration

room: Final = Room("registrations", "Made by anybody; seen, ended and checked in by staff.")
ANYBODY: Final = Actor("attendee", "api")
AT_THE_DOOR: Final = (Role.ORGANISER, Role.CHECKIN)
OF_REGISTRATION: Final = {"parameters": {"registration_id": "$response.body#/items/0/id"}}


@room.post(
    "/study-days/<slug:slug>/registrations",
    Call(
        limited=True,
        body=SignUpSchema(),
        status=202,
        answer=PlaceSchema,
        examples=SIGN_UP,
        problems=(
            "registration-closed",
            "registration-not-open",
            "full",
            "study-day-cancelled",
            "study-day-over",
            "conflict",
        ),
    ),
)
def sign_up(session: Session, application: Application, slug: str) -> Any:
    """Register somebody.

    The answer is the same for an address that is registered already: it is told by mail, nobody else is.
    """
    return {"place": register(session, slug, application, actor=ANYBODY, now=now())}


@room.get(
    "/study-days/<slug:slug>/registrations",
    Call(
        roles=(Role.ORGANISER,),
        query=SliceSchema(),
        answer=page_of(RegistrationSchema),
        links={
            name: {"operationId": name, **OF_REGISTRATION}
            for name in ("cancel_registration", "check_somebody_in", "undo_somebodys_check_in")
        },
    ),
)
def list_registrations(session: Session, part: Mapping[str, Any], slug: str) -> Any:
    """List the registrations of a study day, in order of sign-up."""
    return registrations(session, own_day(slug, Role.ORGANISER).id, part=Slice(part["limit"], part["cursor"] or None))


@room.post(
    "/registrations/<id:registration_id>/cancel",
    Call(
        roles=AT_THE_DOOR,
        body=OptionalReasonSchema(),
        body_required=False,
        answer=RegistrationSchema,
        problems=("conflict", "study-day-over", "study-day-cancelled"),
    ),
)
def cancel_registration(session: Session, said: Mapping[str, Any], registration_id: int) -> Any:
    """Cancel for somebody who asked for it; the clock judges."""
    own_registration(registration_id, *AT_THE_DOOR)
    cancel(session, registration_id, channel=Channel.ORGANISER, reason=said["reason"], actor=actor(), now=now())
    return registration(session, registration_id)


@room.post(
    "/registrations/<id:registration_id>/check-in",
    Call(roles=AT_THE_DOOR, answer=RegistrationSchema, problems=("conflict", "too-early")),
)
def check_somebody_in(session: Session, registration_id: int) -> Any:
    """Somebody is here; a second time changes nothing."""
    own_registration(registration_id, *AT_THE_DOOR)
    check_in(session, registration_id, actor=actor(), now=now())
    return registration(session, registration_id)


@room.post(
    "/registrations/<id:registration_id>/undo-check-in",
    Call(roles=AT_THE_DOOR, answer=RegistrationSchema, problems=("conflict", "too-early")),
)
def undo_somebodys_check_in(session: Session, registration_id: int) -> Any:
    """Take a check-in back."""
    own_registration(registration_id, *AT_THE_DOOR)
    undo_check_in(session, registration_id, actor=actor(), now=now())
    return registration(session, registration_id)
