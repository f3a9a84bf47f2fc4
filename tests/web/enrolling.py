"""People of the model case, each with a page of their own; works in the application of the test's client."""

from typing import Any

import sqlalchemy as sa

from service.domain.actors import Actor
from service.extensions import db
from service.models import Message, Registration, StudyDay
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.register import register
from tests.builders import NOW, make_application
from tests.web.days import arrange


def enrol(**overrides: Any) -> str:
    """Register one more person for the model case, which has one seat; the path of their own page."""
    if db.session.execute(sa.select(StudyDay.id)).first() is None:
        arrange(capacity=1)
    application = make_application(len(rows()) + 1, **overrides)
    with transaction() as session:
        register(session, "integratiebeleid", application, actor=Actor("attendee", "form"), now=NOW)
    return f"/r/{runtime().links.own_token(rows()[-1].id)}"


def rows() -> list[Registration]:
    """All registrations, in order of sign-up."""
    return list(db.session.execute(sa.select(Registration).order_by(Registration.id)).scalars())


def letters() -> list[str]:
    """The names of all mails, in order."""
    return list(db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars())
