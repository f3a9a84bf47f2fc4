"""The stage of the story: one application, its clock, its post, and the people who act on it."""

from datetime import datetime
from typing import Any

from flask import Flask

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.mail.transport import transport_for
from service.mail.worker import work_once
from service.models import Organiser
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.staff import add_organiser, add_staff, make_api_token
from tests.builders import NOW
from tests.conftest import Clock
from tests.story.people import Answer, Visitor
from tests.story.post import PostOffice, link_in

SLUG = "integratiebeleid"
MAILBOX = "events_bsog@vub.be"
DAYS = f"/study-days/{SLUG}"
LANGUAGE = {"bruno": "fr", "carl": "en", "dora": "de", "gerda": "fr"}
"""Of those who do not read Dutch."""


class Stage:
    """Who does what at which instant, and what they find in their mail."""

    def __init__(self, app: Flask, clock: Clock, office: PostOffice, port: int) -> None:
        self.app, self.clock, self.office, self.port = app, clock, office, port
        self.public = Visitor(port)
        self.organiser = Visitor(port, self._token("els@vub.example", Role.ORGANISER))
        self.finance = Visitor(port, self._token("finance@vub.example", Role.FINANCE))

    def at(self, now: datetime) -> None:
        """It is that time now, and the worker has done what was due."""
        self.clock.set(now)
        self.work()

    def work(self) -> None:
        """The worker does what is due."""
        with self.app.app_context():
            work_once(transport_for(runtime().settings), clock=self.clock)

    def sign_up(self, name: str, **more: str) -> Answer:
        """Send the form of the study day, in the language that somebody reads."""
        answer = self.public.post(f"/{LANGUAGE.get(name, 'nl')}/{SLUG}/register", form(name, **more))
        self.work()
        return answer

    def act(self, name: str, what: str, **values: str) -> Answer:
        """Something on one's own page."""
        answer = self.public.post(f"{self.own(name)}/{what}", values)
        self.work()
        return answer

    def own(self, name: str) -> str:
        """The path of the own page, from the newest mail."""
        return "/".join(link_in(self.office.newest(address(name)), "/r/").split("/")[:3])

    def registration(self, name: str) -> dict[str, Any]:
        """The newest registration of somebody, as the organiser sees it."""
        items = self.organiser.get(f"/api/v1{DAYS}/registrations?limit=100").json["items"]
        found: list[dict[str, Any]] = [item for item in items if item["email"] == address(name)]
        return found[-1]

    def staff(self, who: Visitor, path: str, **body: Any) -> Answer:
        """An API call of staff; the worker sends what follows from it."""
        answer = who.call(path, body)
        self.work()
        return answer

    def _token(self, email: str, role: Role) -> str:
        with self.app.app_context(), transaction() as session:
            organiser = session.get(Organiser, 1) or add_organiser(
                session, "bsog", name="Brussels School of Governance", mailbox=MAILBOX, actor=SYSTEM, now=NOW
            )
            add_staff(session, email, role, organiser, language="nl", actor=SYSTEM, now=NOW)
            return make_api_token(session, email, actor=SYSTEM, now=NOW)


def address(name: str) -> str:
    """Everybody has one at their town."""
    return f"{name}@stad.example"


def form(name: str, **more: str) -> dict[str, str]:
    """What somebody types."""
    return {
        "first_name": name.title(),
        "last_name": "Peeters",
        "email": address(name),
        "organisation": f"Stad {name.title()}",
        "function": "beleidsmedewerker",
        "town": "Halle",
        "organisation_kind": "local_government",
        "accept_terms": "1",
        **more,
    }
