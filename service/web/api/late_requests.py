"""Late requests: made by anybody after closing, decided by the organiser (contract: API; rules.md 5)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.reports.late_requests import late_request, late_requests
from service.reports.paging import Slice
from service.usecases.admit import admit, decline, request_late
from service.usecases.application import Application
from service.web.api.bodies import AdmitSchema, DeclineSchema, LateSignUpSchema, SliceSchema
from service.web.api.calls import Call, Room
from service.web.api.examples import LATE_SIGN_UP
from service.web.api.registrations import ANYBODY
from service.web.api.shapes import LateRequestAnswerSchema, ReceivedSchema, page_of
from service.web.clock import now
from service.web.security import actor, own_day, own_late_request

room: Final = Room("late requests", "Made by anybody after closing; decided by the organiser.")
OURS: Final = (Role.ORGANISER,)
OF_REQUEST: Final = {"parameters": {"request_id": "$response.body#/items/0/id"}}


@room.post(
    "/study-days/<slug:slug>/late-requests",
    Call(
        limited=True,
        body=LateSignUpSchema(),
        status=202,
        answer=ReceivedSchema,
        examples=LATE_SIGN_UP,
        problems=("registration-open", "registration-not-open", "study-day-cancelled", "study-day-over", "conflict"),
    ),
)
def ask_late(session: Session, asked: tuple[Application, str], slug: str) -> Any:
    """Ask for a place after closing; a person decides."""
    application, message = asked
    request_late(session, slug, application, message, actor=ANYBODY, now=now())
    return {"status": "waiting"}


@room.get(
    "/study-days/<slug:slug>/late-requests",
    Call(
        roles=OURS,
        query=SliceSchema(),
        answer=page_of(LateRequestAnswerSchema),
        links={name: {"operationId": name, **OF_REQUEST} for name in ("admit_late_request", "decline_late_request")},
    ),
)
def list_late_requests(session: Session, part: Mapping[str, Any], slug: str) -> Any:
    """List the late requests of a study day, decided or not."""
    return late_requests(session, own_day(slug, *OURS).id, part=Slice(part["limit"], part["cursor"] or None))


@room.post(
    "/late-requests/<id:request_id>/admit",
    Call(
        roles=OURS,
        body=AdmitSchema(),
        body_required=False,
        answer=LateRequestAnswerSchema,
        problems=("full", "conflict", "study-day-cancelled", "study-day-over"),
    ),
)
def admit_late_request(session: Session, said: Mapping[str, Any], request_id: int) -> Any:
    """Offer a place; beyond the capacity only when said so."""
    own_late_request(request_id, *OURS)
    admit(session, request_id, said["message"], over_capacity=said["over_capacity"], actor=actor(), now=now())
    return late_request(session, request_id)


@room.post(
    "/late-requests/<id:request_id>/decline",
    Call(roles=OURS, body=DeclineSchema(), body_required=False, answer=LateRequestAnswerSchema, problems=("conflict",)),
)
def decline_late_request(session: Session, said: Mapping[str, Any], request_id: int) -> Any:
    """Say no, with a short mail; in the organiser's own words, if there are any."""
    own_late_request(request_id, *OURS)
    decline(session, request_id, said["message"], actor=actor(), now=now())
    return late_request(session, request_id)
