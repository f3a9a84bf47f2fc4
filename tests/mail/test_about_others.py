from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.domain.roles import Role
from service.letters.facts import (
    AboutInvitation,
    AboutRequest,
    AboutSignIn,
    PersonFacts,
)
from service.models import Organiser
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.admit import decline
from service.usecases.staff import add_staff, mail_sign_in_link
from service.usecases.transfer import invite_colleague
from tests.builders import CLOSES_AT, FREE_UNTIL, NOW
from tests.mail.outgoing import do, messages, newest
from tests.usecases.steps import (
    DESK,
    asked_late,
    given_day,
    joined,
)

LATE = FREE_UNTIL + timedelta(hours=1)
SITE = "http://studiedag.example"
TOWN_HALL = {
    "name": "Stadhuis",
    "street": "Grote Markt 1",
    "postal_code": "2800",
    "city": "Mechelen",
    "country": "BE",
}

pytestmark = pytest.mark.usefixtures("app")


def test_facts_when_a_colleague_is_invited() -> None:
    given_day()
    transfer = do(invite_colleague, joined(), "bo@example.org", "fr")

    facts = newest()

    assert isinstance(facts, AboutInvitation)
    assert facts.person == PersonFacts(email="bo@example.org", language="fr")
    assert (facts.giver.full_name, facts.giver.email) == ("An1 Peeters", "an1@example.org")
    assert facts.url == f"{SITE}/r/{runtime().links.colleague_token(transfer)}"


def test_facts_when_a_late_request_is_answered() -> None:
    given_day()
    request = asked_late()
    received = newest()
    do(decline, request, "Sorry,\nno chair is left.", actor=DESK, now=CLOSES_AT)

    declined = newest()

    assert isinstance(received, AboutRequest)
    assert (received.message, received.person.full_name) == ("May I still come?", "An9 Peeters")
    assert (declined.message, declined.person.email) == ("Sorry,\nno chair is left.", "an9@example.org")


@pytest.mark.parametrize(("role", "who"), [(Role.ORGANISER, "BSoG"), (Role.ADMIN, "Studiedag")])
def test_facts_when_staff_want_to_sign_in(role: Role, who: str) -> None:
    given_day()
    with transaction() as session:
        organiser = session.execute(sa.select(Organiser)).scalar_one()
        add_staff(session, "desk@example.org", role, organiser, language="en", actor=DESK, now=NOW)
        mail_sign_in_link(session, "desk@example.org", now=NOW)
    (facts_of_row,) = messages("facts")

    facts = newest()

    assert isinstance(facts, AboutSignIn)
    assert facts.url == f"{SITE}/desk/sign-in/{facts_of_row['token']}"
    assert (facts.organiser, facts.expires_at) == (who, NOW + timedelta(minutes=30))
