"""rules.md 8: a charge is waived with a reason, or upheld by a person."""

from datetime import timedelta

import pytest

from service.domain.actors import Actor
from service.domain.fees import WaiverReason
from service.domain.refusals import AlreadyDecided, AlreadyInvoiced, InvalidInput, NotFound
from service.domain.roles import Role
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.staff import add_staff
from tests.builders import ENDS_AT, NOW, TICK
from tests.usecases.steps import (
    DESK,
    charge_states,
    given_charges,
    history,
    issued,
    last_facts,
    last_line,
    proposed,
    told,
    upheld,
    waived,
)

FORTNIGHT = timedelta(days=14)
pytestmark = pytest.mark.usefixtures("app")


class TestWaiving:
    def test_with_a_reason(self) -> None:
        (charge,) = given_charges({})
        with transaction() as session:
            organiser = session.get_one(StudyDay, 1).organiser
            els = add_staff(session, "els@vub.be", Role.ORGANISER, organiser, language="nl", actor=DESK, now=NOW).id

        done = waived(charge, WaiverReason.OTHER, "Stood in the tunnel", Actor("staff", "desk", els))

        assert (done.status, done.waived_at, done.waived_by_id) == ("waived", ENDS_AT, els)
        assert (done.waiver_reason, done.waiver_note) == ("other", "Stood in the tunnel")
        assert history(-1) == ["waived"]
        assert last_line().facts == {"charge": charge, "why": "other"}
        assert issued() == []

    @pytest.mark.parametrize("note", ["", "  \n"])
    def test_for_another_reason_wants_a_note(self, note: str) -> None:
        (charge,) = given_charges({})
        with pytest.raises(InvalidInput) as caught:
            waived(charge, WaiverReason.OTHER, note)
        assert caught.value.fields == {"note": "required"}
        assert charge_states() == ["draft"]

    def test_twice_or_of_nothing(self) -> None:
        (charge,) = given_charges({})
        waived(charge)
        with pytest.raises(AlreadyDecided):
            waived(charge)
        with pytest.raises(NotFound):
            waived(charge + 1)

    def test_after_invoicing_needs_a_credit_note(self) -> None:
        (charge,) = given_charges({})
        issued()
        with pytest.raises(AlreadyInvoiced):
            waived(charge)
        with pytest.raises(AlreadyInvoiced):
            upheld(charge)


class TestUpholding:
    def test_sends_the_notice_with_its_full_time_to_object(self) -> None:
        (charge,) = given_charges({})
        proposed(charge)
        before = len(told())

        done = upheld(charge, now=ENDS_AT + FORTNIGHT)

        assert (done.waiver_proposed, done.objection_until) == (False, ENDS_AT + FORTNIGHT * 2)
        assert told(before) == [("an1", "fee_notice")]
        assert last_facts("fee_notice") == {"sequence": 0, "charge": charge}
        assert issued(now=ENDS_AT + FORTNIGHT * 2 - TICK) == []
        assert len(issued(now=ENDS_AT + FORTNIGHT * 2)) == 1

    def test_where_nothing_was_proposed(self) -> None:
        (charge,) = given_charges({})
        with pytest.raises(AlreadyDecided):
            upheld(charge)
