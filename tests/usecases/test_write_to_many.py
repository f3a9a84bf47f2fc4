"""A mail to many: who gets it, in which language, how often, and what is kept of it."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from service.domain.audience import Audience
from service.domain.refusals import AudienceChanged, InvalidInput, NotFound
from service.domain.seats import Status
from service.extensions import db
from service.models import BulkMail, History, Message, Registration
from service.reports.audiences import audiences, bulk_mail
from service.transaction import transaction
from service.usecases.write_to_many import Draft, write_to_many
from tests.builders import NOW, STARTS_AT, make_day
from tests.usecases.steps import DESK, cancelled, given_day, joined

pytestmark = pytest.mark.usefixtures("app")
NIGHT = datetime(2023, 2, 1, 21, 30, tzinfo=UTC)  # 22:30 in Brussels
MORNING = datetime(2023, 2, 2, 6, 0, tzinfo=UTC)
KEY = "a-key-of-a-form-that-was-shown"


def draft(audience: Audience = Audience.EVERYBODY, **texts: str) -> Draft:
    texts = texts or {"nl": "Dag", "fr": "Bonjour"}
    return Draft(audience=audience, subject={name: f"{text}!" for name, text in texts.items()}, text=texts)


def send(what: Draft, count: int, day_id: int = 1, key: str = KEY) -> int:
    with transaction() as session:
        return write_to_many(session, day_id, what, count=count, form_key=key, actor=DESK, now=NOW).id


def written() -> list[tuple[Any, ...]]:
    wanted = sa.select(Message.recipient, Message.language, Message.occasion).where(Message.letter == "bulk")
    return [tuple(row) for row in db.session.execute(wanted.order_by(Message.id))]


def test_mail_when_written_to_many_goes_to_each_in_a_language_they_can_read() -> None:
    given_day()
    ids = [joined(number, language=language) for number, language in enumerate(("nl", "fr", "it", "en"), start=1)]
    cancelled(joined(5))

    bulk_id = send(draft(), count=4)

    assert written() == [
        (f"an{number}@example.org", language, f"bulk:{bulk_id}:{ids[number - 1]}")
        for number, language in enumerate(("nl", "fr", "nl", "nl"), start=1)
    ]
    assert set(db.session.execute(sa.select(Message.bulk_mail_id).where(Message.letter == "bulk")).scalars()) == {
        bulk_id
    }


def test_mail_when_its_form_is_sent_twice_is_written_once() -> None:
    given_day()
    joined()

    first, second = send(draft(), count=1), send(draft(nl="Iets anders"), count=1)

    assert first == second
    assert len(written()) == 1
    assert send(draft(), count=1, key="another-form-altogether") != first


def test_mail_when_fewer_or_more_people_are_there_than_were_shown_is_not_written() -> None:
    given_day()
    joined()

    for count in (0, 2):
        with pytest.raises(AudienceChanged) as refused:
            send(draft(), count=count)
        assert refused.value.facts == {"count": 1}
    assert written() == []


def test_mail_when_nobody_is_there_is_refused() -> None:
    given_day()
    joined()

    with pytest.raises(InvalidInput) as refused:
        send(draft(Audience.WAITING), count=0)

    assert refused.value.fields == {"audience": "nobody"}
    with pytest.raises(NotFound):
        send(draft(), count=1, day_id=99)


def test_audience_when_counted_has_whoever_belongs_to_it_and_no_other_day() -> None:
    given_day(capacity=4, languages=["nl", "fr"])
    confirmed = [joined(number, language="fr" if number == 1 else "nl") for number in range(1, 5)]
    joined(5)
    with transaction() as session:
        day = make_day(session, slug="other", organiser=session.get_one(Registration, 1).study_day.organiser)
        rows = [session.get_one(Registration, one) for one in confirmed]
        rows[0].coming_at = NOW
        rows[1].calendar_answer = "accepted"
        rows[2].calendar_answer = "tentative"
        rows[3].checked_in_at = STARTS_AT
        other = day.id

    counts = audiences(db.session(), 1)

    assert counts == {
        Audience.EVERYBODY: {"fr": 1, "nl": 4},
        Audience.CONFIRMED: {"fr": 1, "nl": 3},
        Audience.SILENT: {"nl": 2},
        Audience.WAITING: {"nl": 1},
        Audience.OFFERED: {},
        Audience.NOT_CHECKED_IN: {"fr": 1, "nl": 2},
        Audience.CHECKED_IN: {"nl": 1},
    }
    assert not any(audiences(db.session(), other).values())
    for number, audience in enumerate(audience for audience, people in counts.items() if people):
        send(draft(audience), count=sum(counts[audience].values()), key=f"{KEY}-{number}")


def test_mail_when_written_is_kept_with_who_wrote_it_and_without_whom_it_went_to() -> None:
    given_day()
    joined()
    bulk_id = send(draft(), count=1)

    kept = bulk_mail(db.session(), 1, bulk_id)
    line = db.session.execute(sa.select(History).order_by(History.id.desc())).scalars().first()

    assert (kept.selection, kept.recipients, kept.states) == ("everybody", 1, {"queued": 1})
    assert kept.text == {"nl": "Dag", "fr": "Bonjour"}
    assert line is not None
    assert (line.action, line.facts, line.registration_id) == ("wrote_to_many", {"told": 1, "subject": "Dag!"}, None)
    with pytest.raises(NotFound):
        bulk_mail(db.session(), 2, bulk_id)


def test_mail_when_written_to_two_thousand_takes_a_few_statements_and_less_than_a_second() -> None:
    many = 2_000
    given_day()
    with transaction() as session:
        session.execute(
            sa.insert(Registration),
            [
                {
                    "study_day_id": 1,
                    "status": Status.CONFIRMED,
                    "calendar_uid": f"uid-{number}",
                    "created_at": NOW,
                    "first_name": "An",
                    "last_name": "Peeters",
                    "email": f"an{number}@example.org",
                    "email_folded": f"an{number}@example.org",
                    "language": "nl",
                    "terms_fee_cents": 1500,
                    "terms_free_cancellation_until": NOW + timedelta(days=1),
                    "terms_version": "1",
                    "terms_accepted_at": NOW,
                }
                for number in range(many)
            ],
        )
    seen: list[str] = []

    def count(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", count)
    started = time.perf_counter()
    send(draft(), count=many)
    took = time.perf_counter() - started
    event.remove(db.engine, "before_cursor_execute", count)

    print(f"{many} recipients: {took:.3f} s, {len(seen)} statements")
    assert len(seen) <= 7
    assert took < 1
    assert db.session.execute(sa.select(sa.func.count()).where(Message.bulk_mail_id == 1)).scalar_one() == many
    assert db.session.execute(sa.select(BulkMail.recipients)).scalar_one() == many


@pytest.mark.parametrize(("at_once", "due"), [(False, MORNING), (True, NIGHT)])
def test_mail_when_written_at_night_waits_for_the_morning_unless_it_cannot(at_once: bool, due: datetime) -> None:
    given_day()
    joined()
    with transaction() as session:
        what = replace(draft(), at_once=at_once)
        write_to_many(session, 1, what, count=1, form_key=KEY, actor=DESK, now=NIGHT)

    wanted = sa.select(Message.due_at, Message.quiet_zone).where(Message.letter == "bulk")
    assert tuple(db.session.execute(wanted).one()) == (due, None if at_once else "Europe/Brussels")
    assert bulk_mail(db.session(), 1, 1).leaves_at == due
