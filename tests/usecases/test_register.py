from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.refusals import (
    Full,
    InvalidInput,
    NotFound,
    Refusal,
    RegistrationClosed,
    RegistrationNotOpen,
    StudyDayOver,
)
from service.extensions import db
from service.models import History, Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.cancel import cancel
from service.usecases.open_close import close, reopen
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, TICK, make_application, make_day

FORM = Actor("attendee", "form")
LINK = Actor("attendee", "link")
DESK = Actor("staff", "desk")


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

    def test_registration_when_a_seat_is_given_back_in_the_same_transaction_counts_both(self) -> None:
        day_with(capacity=2)
        sign_up(1)
        sign_up(2)

        with transaction() as session:
            first = session.execute(sa.select(Registration.id).order_by(Registration.id).limit(1)).scalar_one()
            cancel(session, first, channel=Channel.LINK, actor=LINK, now=NOW)
            register(session, "integratiebeleid", make_application(3), actor=FORM, now=NOW)

        assert db.session.execute(sa.select(StudyDay.taken)).scalar_one() == 2

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

    def test_terms_when_accepted_are_kept_with_the_language_they_were_read_in(self) -> None:
        day_with()
        sign_up(language="en")
        with transaction() as session:
            session.execute(sa.update(Registration).values(language="nl"))
        assert db.session.execute(sa.select(Registration.terms_language)).scalar_one() == "en"

    def test_double_click_when_the_first_took_the_last_seat_gives_the_same_page(self) -> None:
        day_with(capacity=1)
        assert sign_up() == sign_up(now=NOW + timedelta(seconds=1)) == "confirmed"
        assert letters() == ["confirmed"]

    def test_double_click_when_there_is_no_waiting_list_gives_the_same_page(self) -> None:
        day_with(capacity=1, waiting_list=False)
        assert sign_up() == sign_up(now=NOW + timedelta(minutes=10) - TICK) == "confirmed"
        with pytest.raises(Full):
            sign_up(now=NOW + timedelta(minutes=10))
        with pytest.raises(Full):
            sign_up(remarks="so that the screen tells no other form who is registered")

    def test_second_sign_up_when_the_day_is_full_learns_nothing_from_the_screen(self) -> None:
        day_with(capacity=1)
        sign_up()
        assert sign_up(remarks="again") == sign_up(2) == "waiting"
        assert letters() == ["confirmed", "already_registered", "waiting"]

    def test_registration_when_the_same_address_cancelled_before_is_a_new_one(self) -> None:
        day_with(capacity=1)
        sign_up()
        first = db.session.execute(sa.select(Registration)).scalar_one()
        sign_up(2)
        with transaction() as session:
            cancel(session, first.id, channel=Channel.LINK, actor=LINK, now=NOW)

        assert sign_up() == "waiting"

        rows = db.session.execute(sa.select(Registration).order_by(Registration.id)).scalars().all()
        assert [row.status for row in rows] == ["cancelled", "confirmed", "waiting"]
        assert rows[0].email == rows[2].email
        assert rows[0].calendar_uid != rows[2].calendar_uid
        assert rows[2].sequence == 0

    @pytest.mark.parametrize(
        ("since", "refused"),
        [(timedelta(0), True), (TICK, True), (timedelta(seconds=59), True), (timedelta(minutes=1), False)],
    )
    def test_registration_when_somebody_closed_by_hand_while_it_waited(self, since: timedelta, refused: bool) -> None:
        day_with()
        with transaction() as session:
            close(session, 1, reason="The room is smaller", actor=DESK, now=NOW)
        if not refused:  # no request lives that long: its ``now`` is not that old
            assert sign_up(now=NOW - since - TICK) == "confirmed"
            return
        with pytest.raises(RegistrationClosed):
            sign_up(now=NOW - since)
        assert letters() == []

    def test_registration_in_the_last_minute_when_the_limit_was_set_in_advance(self) -> None:
        day_with()
        with transaction() as session:
            close(session, 1, reason="By mistake", actor=DESK, now=NOW)
            reopen(session, 1, until=CLOSES_AT, reason="As it was", actor=DESK, now=NOW + timedelta(hours=1))
        assert sign_up(now=CLOSES_AT - TICK) == "confirmed"

    def test_registration_when_an_answer_is_missing(self) -> None:
        day_with(questions=[{"id": "table", "kind": "text", "label": {"en": "Table"}, "required": True}])
        with pytest.raises(InvalidInput) as caught:
            sign_up()
        assert caught.value.fields == {"answers.table": "required"}
        assert sign_up(answers={"table": " north ", "other": "x"}) == "confirmed"
        assert db.session.execute(sa.select(Registration.answers)).scalar_one() == {"table": "north"}
