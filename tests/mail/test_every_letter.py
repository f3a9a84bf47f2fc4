from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from service.domain.actors import Actor
from service.domain.audience import Audience
from service.domain.roles import Role
from service.extensions import db
from service.letters.writing import ABOUT
from service.mail import claims
from service.mail.claims import Claim
from service.mail.delivery import Delivery
from service.mail.prepare import prepare
from service.models import Registration, Staff, StudyDay
from service.reports.audiences import audiences
from service.runtime import runtime
from service.transaction import glance, transaction
from service.usecases.admit import decline
from service.usecases.arrange import change_study_day
from service.usecases.cancel import lapse_offers, not_me
from service.usecases.correct import correct
from service.usecases.open_close import call_off
from service.usecases.register import register
from service.usecases.remind import remind
from service.usecases.staff import add_staff, mail_sign_in_link
from service.usecases.transfer import invite_colleague, take_over
from service.usecases.try_letter import try_letter
from service.usecases.write_to_many import Draft, write_to_many
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, make_application, make_day
from tests.conftest import Clock
from tests.mail.outgoing import change, do, messages
from tests.smtp import SmtpServer
from tests.usecases.received import filed, make_mail, make_reply
from tests.usecases.steps import (
    DESK,
    FORM,
    admitted,
    asked_late,
    came,
    cancelled,
    given_day,
    joined,
    signed_off,
)

LATE = FREE_UNTIL + timedelta(hours=1)
AFTERWARDS = ENDS_AT + timedelta(days=2)
SITE = "http://studiedag.example"
TOWN_HALL = {
    "name": "Stadhuis",
    "street": "Grote Markt 1",
    "postal_code": "2800",
    "city": "Mechelen",
    "country": "BE",
}


def every_letter() -> None:
    """One of each kind at least, queued by the use-case that does so."""
    day_id = given_day()
    stays, gives, cancels, cancels_late, stranger = (joined(number) for number in range(1, 6))
    joined(1, remarks="again", now=NOW + timedelta(minutes=20))
    do(correct, stays, {"town": "Gent"})
    do(not_me, stranger)
    filed(make_mail("bo@example.org", replies=(make_reply(stays),)))
    do(take_over, do(invite_colleague, gives, "bo@example.org", "fr"), make_application(6, email="bo@example.org"))
    do(change_study_day, day_id, {"venue": TOWN_HALL}, actor=DESK)
    filed(make_mail(replies=(make_reply(stays, sequence=0),)))
    cancelled(cancels)
    do(change_study_day, day_id, {"capacity": 3}, actor=DESK)
    joined(7)
    cancelled(cancels_late, now=LATE)
    admitted(asked_late(8), over_capacity=True)
    do(decline, asked_late(9), "No.", actor=DESK)
    with transaction() as session:
        lapse_offers(session, now=STARTS_AT - timedelta(hours=1))
    came(stays)
    signed_off(day_id)
    with transaction() as session:
        organiser = session.get_one(StudyDay, day_id).organiser
        other = make_day(session, slug="other", organiser=organiser).id
        register(session, "other", make_application(10), actor=FORM, now=NOW)
        call_off(session, other, reason="The speaker is ill.", actor=DESK, now=NOW)
        add_staff(session, "desk@example.org", Role.ORGANISER, organiser, language="fr", actor=DESK, now=NOW)
        mail_sign_in_link(session, "desk@example.org", now=AFTERWARDS)
        third = make_day(session, slug="third", organiser=organiser).id
        register(session, "third", make_application(11), actor=FORM, now=NOW)
        for now in (FREE_UNTIL - timedelta(days=2, hours=9), STARTS_AT - timedelta(days=1), AFTERWARDS):
            remind(session, third, now=now)
        desk = session.execute(sa.select(Staff.id).where(Staff.email == "desk@example.org")).scalar_one()
        people = audiences(session, day_id)[Audience.CONFIRMED]
        texts = {"nl": "Dag"}
        draft = Draft(audience=Audience.CONFIRMED, subject=texts, text=texts)
        write_to_many(session, day_id, draft, count=sum(people.values()), form_key="a-form", actor=DESK, now=NOW)
        try_letter(session, day_id, "sign_in", "fr", actor=Actor("staff", "desk", desk), now=NOW)


def test_letters_when_queued_by_their_use_cases_all_leave(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    every_letter()
    for id in messages("id"):
        change(id, quiet_zone=None)  # else some would be overtaken by what happened since
    with transaction() as session:
        session.execute(sa.update(Registration).values(offered_until=AFTERWARDS + timedelta(days=1)))  # and the offers
    clock.set(AFTERWARDS)

    while delivery.batch():
        pass

    assert set(messages("letter")) == set(ABOUT)
    assert set(messages("state", "error")) == {("sent", "")}
    assert len(smtp_server.mails) == len(messages("id"))


@pytest.mark.usefixtures("app")
def test_batch_when_longer_needs_no_more_queries() -> None:
    every_letter()
    few = statements(claims_of(letters=1))
    many = statements(claims_of(letters=1000))

    assert few <= many <= 9


def claims_of(*, letters: int) -> list[Claim]:
    with glance() as connection:
        found = claims.claim(connection, claims.due(connection, 1000, now=AFTERWARDS), now=AFTERWARDS)
        claims.release(connection, found)
    return found[:letters]


def statements(claimed: list[Claim]) -> int:
    """How many statements it takes to write these mails."""
    seen: list[str] = []

    def count(*arguments: Any) -> None:
        seen.append(arguments[2])

    with glance() as connection:
        event.listen(db.engine, "before_cursor_execute", count)
        prepared = prepare(connection, claimed, runtime().links, now=AFTERWARDS)
        event.remove(db.engine, "before_cursor_execute", count)
    written = [*prepared.ready, *prepared.overtaken]
    assert (len(written), prepared.broken) == (len(claimed), [])
    return len(seen)
