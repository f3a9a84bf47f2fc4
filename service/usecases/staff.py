"""Organisers and their staff: who may come in, by which link, with which role."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import InvalidInput, LastAdmin, NotFound, SlugTaken
from service.domain.roles import Role
from service.domain.subject import Subject
from service.mail import outbox
from service.models import ApiToken, Organiser, SignInLink, Staff, StaffRole, StaffSession
from service.usecases.application import folded
from service.usecases.record import line, record

LINK_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)


def token_hash(token: str) -> str:
    """What is kept of a random token: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_organiser(session: Session, slug: str, *, name: str, mailbox: str, actor: Actor, now: datetime) -> Organiser:
    """One more organisation in this installation.

    :raises SlugTaken: there is one of that name.
    """
    if session.execute(sa.select(Organiser.id).where(Organiser.slug == slug)).first():
        raise SlugTaken(slug=slug)
    organiser = Organiser(slug=slug, name=name, mailbox=mailbox, created_at=now)
    session.add(organiser)
    session.flush()
    record(session, line("organiser_added", Subject(organiser.id), actor=actor, now=now))
    return organiser


def add_staff(
    session: Session, email: str, role: Role, organiser: Organiser, *, language: str, actor: Actor, now: datetime
) -> Staff:
    """Give somebody a role; adding the same twice changes nothing. An admin serves every organiser."""
    address = folded(email)
    if "@" not in address:
        raise InvalidInput({"email": "not-an-address"})
    staff = session.execute(sa.select(Staff).where(Staff.email == address)).scalar_one_or_none()
    if staff is None:
        staff = Staff(email=address, language=language, created_at=now)
        session.add(staff)
        session.flush()
    organiser_id = None if role is Role.ADMIN else organiser.id
    if not any(held.role == role and held.organiser_id == organiser_id for held in staff.roles):
        staff.roles.append(StaffRole(organiser_id=organiser_id, role=role))
        about = Subject(organiser_id)
        record(session, line("staff_added", about, actor=actor, now=now, staff=staff.id, role=role))
    session.flush()
    return staff


def remove_role(session: Session, role_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a role away; it holds from the next request on, for open sessions and tokens as well.

    :raises NotFound: nobody holds it any more.
    :raises LastAdmin: nobody could give roles afterwards.
    """
    held = session.get(StaffRole, role_id, with_for_update=True)
    if held is None:
        raise NotFound
    if held.role == Role.ADMIN:
        others = sa.select(StaffRole.id).where(StaffRole.role == Role.ADMIN, StaffRole.id != role_id)
        if not session.execute(others.with_for_update()).first():
            raise LastAdmin
    about = Subject(held.organiser_id)
    record(session, line("staff_removed", about, actor=actor, now=now, staff=held.staff_id, role=held.role))
    session.delete(held)
    session.flush()


def make_sign_in_link(session: Session, staff: Staff, *, now: datetime) -> str:
    """A token for a one-time link, good for half an hour; the caller prints it, or a mail carries it."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignInLink(staff_id=staff.id, token_hash=token_hash(token), created_at=now, expires_at=now + LINK_LASTS)
    )
    session.flush()
    return token


def mail_sign_in_link(session: Session, email: str, *, now: datetime) -> None:
    """Send a link if that address belongs to staff; whoever asks learns nothing either way.

    The outbox row must hold the token until it is rendered; the link is good once and for half an hour.
    """
    staff = session.execute(sa.select(Staff).where(Staff.email == folded(email))).scalar_one_or_none()
    if staff is None:
        return
    token = make_sign_in_link(session, staff, now=now)
    organiser_id = next((held.organiser_id for held in staff.roles if held.organiser_id is not None), None)
    expires_at = (now + LINK_LASTS).isoformat()
    letter = outbox.row(
        "sign_in",
        about=Subject(organiser_id),
        to=staff.email,
        language=staff.language,
        now=now,
        token=token,
        expires_at=expires_at,
    )
    outbox.put(session, letter)


def sign_in(session: Session, token: str, *, now: datetime) -> str:
    """Use a link once; returns the token of a new session for the cookie.

    :raises NotFound: unknown, used or too old: all the same answer.
    """
    used = session.execute(
        sa.update(SignInLink)
        .where(SignInLink.token_hash == token_hash(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.staff_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        raise NotFound
    cookie = secrets.token_urlsafe(32)
    session.add(
        StaffSession(staff_id=used, token_hash=token_hash(cookie), created_at=now, expires_at=now + SESSION_LASTS)
    )
    record(session, line("signed_in", Subject(None), actor=Actor("staff", "link", used), now=now))
    return cookie


def sign_out(session: Session, cookie: str, *, now: datetime) -> None:
    """End a session; an unknown one is no matter."""
    session.execute(
        sa.update(StaffSession)
        .where(StaffSession.token_hash == token_hash(cookie), StaffSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def make_api_token(session: Session, email: str, *, actor: Actor, now: datetime) -> str:
    """A bearer token for somebody who is staff already.

    :raises NotFound: nobody on the staff has that address.
    """
    staff = session.execute(sa.select(Staff).where(Staff.email == folded(email))).scalar_one_or_none()
    if staff is None:
        raise NotFound
    token = secrets.token_urlsafe(32)
    session.add(ApiToken(staff_id=staff.id, token_hash=token_hash(token), created_at=now))
    record(session, line("token_made", Subject(None), actor=actor, now=now, staff=staff.id))
    return token
