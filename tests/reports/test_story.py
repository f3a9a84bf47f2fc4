from datetime import timedelta

import pytest
from flask import Flask

from service.domain.actors import Actor
from service.domain.refusals import NotFound
from service.extensions import db
from service.models import MessageSource
from service.reports.attendance import attendees, check_ins
from service.reports.history import history_of_day, history_of_registration
from service.reports.late_requests import late_request, late_requests
from service.reports.messages import message, messages_of_day, messages_of_registration, sent_message
from service.reports.paging import Slice
from service.transaction import transaction
from service.usecases.admit import decline
from service.usecases.check_in import check_in, undo_check_in
from tests.builders import CLOSES_AT, STARTS_AT
from tests.life import ELS, attended
from tests.statements import statements


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:  # noqa: ARG001 - the application's context
    with transaction() as session:
        return attended(session)


def test_late_requests_when_decided_leave_the_waiting(ids: dict[str, int]) -> None:
    (waiting,) = late_requests(db.session(), ids["day"], waiting=True).items
    assert (waiting.full_name, waiting.organisation) == ("An9 Peeters", "Stad Voorbeeld")
    assert (waiting.message, waiting.channel, waiting.decided_by) == ("Mag ik nog?", "form", None)

    actor = Actor("staff", "desk", ids["staff"])
    with transaction() as session:
        decline(session, ids["late_request"], "Helaas vol", actor=actor, now=CLOSES_AT)

    assert late_requests(db.session(), ids["day"], waiting=True).items == []
    (decided,) = late_requests(db.session(), ids["day"], waiting=False).items
    assert (decided.status, decided.decided_by, decided.answer) == ("declined", ELS, "Helaas vol")
    assert late_requests(db.session(), ids["day"]).items == [decided]
    assert late_request(db.session(), ids["late_request"]) == decided
    with pytest.raises(NotFound):
        late_request(db.session(), 10**6)


def test_history_when_read_either_way(ids: dict[str, int]) -> None:
    newest = history_of_day(db.session(), ids["day"], Slice(limit=3, newest_first=True))
    assert [(one.action, one.staff, one.registration) for one in newest.items] == [
        ("checked_in", ELS, "An1 Peeters"),
        ("late_request", None, None),
        ("cancelled", ELS, "An4 Øster"),
    ]
    assert newest.next is not None
    own = history_of_registration(db.session(), ids["late"]).items
    assert [(one.action, one.actor, one.channel, one.reason) for one in own] == [
        ("registered", "attendee", "form", ""),
        ("cancelled", "staff", "desk", "Belde"),
    ]


def test_messages_when_some_bounced(ids: dict[str, int]) -> None:
    (bounced,) = messages_of_day(db.session(), ids["day"], state="failed").items
    assert (bounced.registration_id, bounced.error) == (ids["unreachable"], "550 no such user")
    assert (bounced.letter, bounced.subject) == ("confirmed", None)
    assert len(messages_of_day(db.session(), ids["day"], part=Slice(limit=100)).items) == 10
    letters = [one.letter for one in messages_of_registration(db.session(), ids["late"]).items]
    assert letters == ["confirmed", "cancelled_late"]


def test_message_when_sent_is_read_as_it_went_out(ids: dict[str, int]) -> None:
    item = messages_of_registration(db.session(), ids["present"]).items[0]
    with pytest.raises(NotFound):
        sent_message(db.session(), item.id)
    with transaction() as session:
        session.add(MessageSource(message_id=item.id, message_header_id="<1@x>", subject="Welkom", source=b"Subject:"))

    sent = sent_message(db.session(), item.id)

    assert (sent.item, sent.source) == (message(db.session(), item.id), b"Subject:")
    assert sent.item.subject == "Welkom"


def test_attendees_when_looked_up_stand_by_last_name(ids: dict[str, int]) -> None:
    with statements() as seen:
        people = attendees(db.session(), ids["day"])

    assert len(seen) == 2
    assert [(one.last_name, one.initial) for one in people] == [("Ångström", "A"), ("De Smet", "D"), ("Peeters", "P")]
    assert [one.checked_in_by for one in people] == [None, None, ELS]
    assert [one.last_name for one in people if one.found_by("hele")] == ["Ångström"]


def test_check_ins_when_taken_back_are_all_kept(ids: dict[str, int]) -> None:
    actor = Actor("staff", "desk", ids["staff"])
    with transaction() as session:
        undo_check_in(session, ids["present"], actor=actor, now=STARTS_AT)
        check_in(session, ids["present"], actor=Actor("staff", "desk"), now=STARTS_AT + timedelta(minutes=1))

    lines = [(one.at - STARTS_AT, one.undone, one.staff) for one in check_ins(db.session(), ids["present"])]

    ten, one = timedelta(minutes=10), timedelta(minutes=1)
    assert lines == [(-ten, False, ELS), (timedelta(0), True, ELS), (one, False, None)]
    (present,) = [each for each in attendees(db.session(), ids["day"]) if each.id == ids["present"]]
    assert (present.checked_in_at, present.checked_in_by) == (STARTS_AT + one, None)
