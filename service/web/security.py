"""Staff: who is signed in, by which cookie or token, and what is theirs to see and do (contract: staff)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from flask import Response, g, request
from sqlalchemy.orm import selectinload

from service.domain.actors import Actor
from service.domain.refusals import NotAllowed, NotFound
from service.domain.roles import Principal, Role
from service.extensions import db
from service.models import (
    ApiToken,
    Charge,
    IncomingMail,
    LateRequest,
    Registration,
    Staff,
    StaffSession,
    StudyDay,
)
from service.runtime import runtime
from service.usecases.staff import SESSION_LASTS, token_hash
from service.web.clock import now
from service.web.guards import require_own_form

COOKIE: Final = "studiedag_staff"
SIGN_IN: Final = "/desk/sign-in"
BEARER: Final = "bearer "
View = Callable[..., Any]
Row = TypeVar("Row", Registration, LateRequest, Charge)
GUARDED: Final[dict[View, tuple[Role, ...]]] = {}
"""The roles of every staff view; a test holds that no staff route lacks them."""


def principal() -> Principal | None:
    """Whoever is signed in: by the cookie on pages, by the token in the API, never by both."""
    if "principal" not in g:
        g.principal = _by_token() if request.path.startswith("/api/") else _by_cookie()
    found: Principal | None = g.principal
    return found


def signed_in() -> Principal:
    """As ``principal``, where a guard has let the request through.

    :raises NotAllowed: nobody is signed in.
    """
    who = principal()
    if who is None:
        raise NotAllowed
    return who


def actor() -> Actor:
    """For the history: the member of staff, through the desk or the API."""
    channel = "api" if request.path.startswith("/api/") else "desk"
    return Actor("staff", channel, signed_in().staff_id)


def staff_only(*roles: Role) -> Callable[[View], View]:
    """A page for staff who hold one of these roles somewhere; at which organiser, ``own_day`` and its like say.

    The anonymous are led to the sign-in; a form that another site made the browser send is refused (400).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = principal()
            if who is None:
                return Response(status=303, headers={"Location": SIGN_IN})
            g.language = who.language
            require_own_form()
            require_role(who, *roles)
            return view(*args, **kwargs)

        GUARDED[guarded] = roles
        return guarded

    return guard


def require_role(who: Principal, *roles: Role) -> None:
    """:raises NotAllowed: none of these roles is held anywhere."""
    organisers = who.organisers(*roles)
    if organisers is not None and not organisers:
        raise NotAllowed


def require(organiser_id: int, *roles: Role) -> None:
    """Whether the one signed in may do this at that organiser.

    :raises NotFound: they have nothing to do with that organiser, so it does not exist for them.
    :raises NotAllowed: they belong to it, in another role.
    """
    who = signed_in()
    if not who.may(organiser_id, *Role):
        raise NotFound
    if not who.may(organiser_id, *roles):
        raise NotAllowed


def own_day(slug: str, *roles: Role) -> StudyDay:
    """A study day by its address. :raises NotFound, NotAllowed: as ``require``."""
    day = db.session.execute(sa.select(StudyDay).where(StudyDay.slug == slug)).scalar_one_or_none()
    if day is None:
        raise NotFound
    require(day.organiser_id, *roles)
    return day


def own_registration(registration_id: int, *roles: Role) -> Registration:
    """A registration by its id. :raises NotFound, NotAllowed: as ``require``."""
    return _own(Registration, registration_id, roles)


def own_late_request(request_id: int, *roles: Role) -> LateRequest:
    """A late request by its id. :raises NotFound, NotAllowed: as ``require``."""
    return _own(LateRequest, request_id, roles)


def own_charge(charge_id: int, *roles: Role) -> Charge:
    """A charge by its id. :raises NotFound, NotAllowed: as ``require``."""
    return _own(Charge, charge_id, roles)


def own_incoming_mail(mail_id: int, *roles: Role) -> IncomingMail:
    """A mail that reached the mailbox; whose it is nobody knows, is for admins.

    :raises NotFound, NotAllowed: as ``require``.
    """
    mail = db.session.get(IncomingMail, mail_id)
    if mail is None or (mail.organiser_id is None and signed_in().organisers(*roles) is not None):
        raise NotFound
    if mail.organiser_id is not None:
        require(mail.organiser_id, *roles)
    return mail


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its session."""
    secure = runtime().settings.base_url.startswith("https:")
    response.set_cookie(
        COOKIE, token, max_age=int(SESSION_LASTS.total_seconds()), httponly=True, samesite="Lax", secure=secure
    )


def _own(model: type[Row], row_id: int, roles: tuple[Role, ...]) -> Row:
    found = db.session.execute(
        sa.select(model, StudyDay.organiser_id)
        .join(StudyDay, StudyDay.id == model.study_day_id)
        .where(model.id == row_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    row, organiser_id = found
    require(organiser_id, *roles)
    return row


def _by_cookie() -> Principal | None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    return _principal(
        sa.select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.expires_at > now(),
            StaffSession.ended_at.is_(None),
        )
    )


def _by_token() -> Principal | None:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(BEARER):  # RFC 9110, 11.1: schemes are compared without regard to case
        return None
    token = header[len(BEARER) :].strip()
    return _principal(
        sa.select(Staff)
        .join(ApiToken, ApiToken.staff_id == Staff.id)
        .where(ApiToken.token_hash == token_hash(token), ApiToken.revoked_at.is_(None))
    )


def _principal(wanted: sa.Select[Staff]) -> Principal | None:
    staff = db.session.execute(wanted.options(selectinload(Staff.roles))).scalar_one_or_none()
    if staff is None:
        return None
    held = frozenset((role.organiser_id, Role(role.role)) for role in staff.roles)
    return Principal(staff.id, staff.email, staff.language, held)
