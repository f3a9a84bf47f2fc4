"""Somebody on the staff, signed in."""

import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.models import Organiser
from service.runtime import runtime
from service.transaction import transaction
from service.usecases import staff


def sign_in(client: FlaskClient, role: Role, *, organiser: str = "bsog", email: str = "", language: str = "nl") -> None:
    """Give the client's browser the session of somebody with that role at that organiser, who is made for it."""
    now = runtime().clock()
    with transaction() as session:
        where = session.execute(sa.select(Organiser).where(Organiser.slug == organiser)).scalar_one()
        address = email or f"{role}@{organiser}.example"
        who = staff.add_staff(session, address, role, where, language=language, actor=SYSTEM, now=now)
        link = staff.make_sign_in_link(session, who, now=now)
        cookie = staff.sign_in(session, link, now=now)
    client.set_cookie("studiedag_staff", cookie)
