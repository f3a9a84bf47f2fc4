from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from service.domain.actors import Actor
from service.domain.refusals import Full, NotFound, Refusal, RegistrationClosed, RegistrationNotOpen, StudyDayOver
from service.extensions import db
from service.models import History, Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, TICK, make_application, make_day

FORM = Actor("attendee", "form")


def sign_up(number: int = 1, now: datetime = NOW, **overrides: object) -> str:
    with transaction() as session:
        return register(session, "integratiebeleid", make_application(number, **overrides), actor=FORM, now=now)


def day_with(**overrides: object) -> None:
    with transaction() as session:
        make_day(session, **overrides)


def letters() -> list[str]:
    return list(db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars())


@pytest.mark.usefixtures("app")
class TestRegister:
    def test_registration_when_seats_are_free(self) -> None:
        day_with(capacity=2)

        assert sign_up() == "confirmed"

        registration = db.session.execute(sa.select(Registration)).scalar_one()
        assert registration.status == "confirmed"
        assert registration.seated_at == NOW
        assert (registration.terms_fee_cents, registration.terms_accepted_at) == (1500, NOW)
        assert registration.terms_free_cancellation_until == datetime(2023, 3, 20, tzinfo=ZoneInfo("Europe/Brussels"))
        assert letters() == ["confirmed"]
        assert db.session.execute(sa.select(History.action)).scalars().all() == ["registered"]
        assert db.session.execute(sa.select(StudyDay.taken)).scalar_one() == 1

    def test_registration_when_the_last_seat_is_gone(self) -> None:
        day_with(capacity=1)
        sign_up(1)

        assert sign_up(2) == "waiting"

        assert letters() == ["confirmed", "waiting"]
        assert tuple(db.session.execute(sa.select(StudyDay.taken, StudyDay.waiting)).one()) == (1, 1)

    def test_registration_when_full_without_waiting_list(self) -> None:
        day_with(capacity=1, waiting_list=False)
        sign_up(1)

        with pytest.raises(Full):
            sign_up(2)

        assert letters() == ["confirmed"]

    @pytest.mark.parametrize(
        ("at", "refusal"),
        [
            (CLOSES_AT - TICK, None),
            (CLOSES_AT, RegistrationClosed),
            (CLOSES_AT + TICK, RegistrationClosed),
            (ENDS_AT - TICK, RegistrationClosed),
            (ENDS_AT, StudyDayOver),
        ],
    )
    def test_registration_when_a_limit_passes(self, at: datetime, refusal: type[Refusal] | None) -> None:
        day_with()
        if refusal is None:
            assert sign_up(now=at) == "confirmed"
            return
        with pytest.raises(refusal):
            sign_up(now=at)
        assert letters() == []

    def test_registration_when_not_open_yet(self) -> None:
        day_with(opens_at=NOW + timedelta(days=1))
        with pytest.raises(RegistrationNotOpen):
            sign_up(now=NOW + timedelta(days=1) - TICK)
        assert sign_up(now=NOW + timedelta(days=1)) == "confirmed"

    def test_registration_when_a_draft_looks_like_nothing(self) -> None:
        day_with(published=False)
        with pytest.raises(NotFound):
            sign_up()

    def test_second_sign_up_gets_the_same_answer_and_a_mail(self) -> None:
        day_with(capacity=5)
        sign_up()

        answer = sign_up(email="AN1@Example.org", remarks="again", now=NOW + timedelta(minutes=20))

        assert answer == "confirmed"
        assert letters() == ["confirmed", "already_registered"]
        assert db.session.execute(sa.select(sa.func.count(Registration.id))).scalar_one() == 1

    def test_double_click_is_one_registration_and_one_mail(self) -> None:
        day_with(capacity=5)
        sign_up()
        sign_up(now=NOW + timedelta(seconds=1))
        assert letters() == ["confirmed"]

    def test_repeated_sign_ups_cannot_bomb_a_mailbox(self) -> None:
        day_with(capacity=5)
        for minute in range(0, 59, 5):
            sign_up(remarks=str(minute), now=NOW + timedelta(minutes=minute))
        assert letters() == ["confirmed", "already_registered"]

    def test_terms_stay_as_accepted_when_the_day_changes(self) -> None:
        day_with()
        sign_up()
        with transaction() as session:
            session.execute(sa.update(StudyDay).values(fee_cents=4000, free_cancellation_until=FREE_UNTIL - TICK))
        registration = db.session.execute(sa.select(Registration)).scalar_one()
        assert (registration.terms_fee_cents, registration.terms_free_cancellation_until) == (1500, FREE_UNTIL)
