from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.models import Charge, Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.open_close import call_off
from tests.builders import CLOSES_AT, ENDS_AT, STARTS_AT, TICK
from tests.conftest import Clock
from tests.life import FORM
from tests.staff import sign_in
from tests.statements import statements
from tests.web.people import URL, desk_after, words

SIGN_OFF, CHARGES = f"{URL}/sign-off", f"{URL}/charges"


def charge(charge_id: int) -> Charge:
    return db.session.get_one(Charge, charge_id)


def signed_off() -> bool:
    return db.session.execute(sa.select(StudyDay.signed_off_at)).scalar_one() is not None


@pytest.fixture
def settled(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, ENDS_AT + timedelta(hours=1), settled=True)


class TestSignOff:
    def test_page_when_not_over_says_from_when(self, client: FlaskClient, clock: Clock) -> None:
        desk_after(client, clock, ENDS_AT - TICK)

        text = words(client.get(SIGN_OFF).text)
        answer = client.post(SIGN_OFF, data={"confirm_many_absent": "1"})

        assert "after the end: Friday 31 March 2023, 17:00 (Brussels time)." in text
        assert "Sign the attendance off" not in text
        assert (answer.status_code, signed_off()) == (409, False)

    def test_page_when_over_shows_figures_and_names(self, client: FlaskClient, clock: Clock) -> None:
        desk_after(client, clock, ENDS_AT)

        text = words(client.get(SIGN_OFF).text)

        for said in (
            "Expected 3 Here 1 Not checked in 2",
            "has 14 days to object",
            "2 of 3 were not checked in.",
            "Not checked in Ångström, Hélène Ville d’Exemple De Smet, An5 Stad Voorbeeld Here Peeters, An1",
        ):
            assert said in text

    def test_sign_off_when_many_are_absent_asks_twice(self, client: FlaskClient, clock: Clock) -> None:
        desk_after(client, clock, ENDS_AT)

        first = client.post(SIGN_OFF)
        assert not signed_off()
        second = client.post(SIGN_OFF, data={"confirm_many_absent": "1"})

        assert first.status_code == 409
        assert "More than 40% were absent." in first.text
        assert (second.status_code, second.location) == (303, f"{CHARGES}?done=signed-off")
        assert signed_off()
        assert db.session.execute(sa.select(sa.func.count(Charge.id))).scalar_one() == 3

    def test_sign_off_when_few_are_absent_asks_once(self, client: FlaskClient, clock: Clock) -> None:
        ids = desk_after(client, clock, ENDS_AT)
        with transaction() as session:
            came = Registration.id == ids["absent"]
            session.execute(sa.update(Registration).where(came).values(checked_in_at=STARTS_AT))

        assert "confirm_many_absent" not in client.get(SIGN_OFF).text
        assert client.post(SIGN_OFF).status_code == 303

    def test_sign_off_when_nobody_is_checked_in_is_refused(self, client: FlaskClient, clock: Clock) -> None:
        desk_after(client, clock, ENDS_AT)
        with transaction() as session:
            session.execute(sa.update(Registration).values(checked_in_at=None))

        page = client.get(SIGN_OFF).text
        answer = client.post(SIGN_OFF, data={"confirm_many_absent": "1"})

        assert "Nobody has been checked in, so the attendance cannot be signed off" in page
        assert f'href="{URL}/check-in"' in page
        assert '<button class="button"' not in page.partition("<main")[2]
        assert (answer.status_code, signed_off()) == (409, False)
        assert "Nobody has been checked in" in answer.text

    @pytest.mark.usefixtures("settled")
    def test_sign_off_when_repeated_changes_nothing(self, client: FlaskClient) -> None:
        assert client.post(SIGN_OFF).status_code == 303

        assert db.session.execute(sa.select(sa.func.count(Charge.id))).scalar_one() == 3
        text = words(client.get(SIGN_OFF).text)
        assert "The attendance was signed off on Friday 31 March 2023, 17:00 (Brussels time)." in text
        assert "Expected 3 Here 1 Absent 2" in text

    def test_page_when_called_off_has_nothing_to_sign(self, client: FlaskClient, clock: Clock) -> None:
        ids = desk_after(client, clock, ENDS_AT)
        with transaction() as session:
            call_off(session, ids["day"], reason="Staking", actor=FORM, now=CLOSES_AT)

        assert "nobody owes a fee" in client.get(SIGN_OFF).text
        assert client.post(SIGN_OFF).status_code == 409


class TestCharges:
    @pytest.mark.usefixtures("settled")
    def test_page_when_signed_off_shows_evidence_and_what_to_decide_first(self, client: FlaskClient) -> None:
        text = words(client.get(f"{CHARGES}?done=signed-off").text)

        decide, _, rest = text.partition("Not invoiced yet: 2, €30.00")
        assert "The attendance is signed off; whoever owes the fee gets a notice." in decide
        assert "To be decided: 1, €15.00" in decide
        for said in (
            "An5 De Smet Stad Voorbeeld €15.00 Did not come, did not cancel",
            "Accepted on Wednesday 1 February 2023, 10:00 (Brussels time): fee €15.00",
            "Not cancelled, not checked in 0 mails sent, 1 not delivered",
            "Uphold and send the notice",
        ):
            assert said in decide
        for said in (
            "Cancelled on Monday 20 March 2023, 00:00 (Brussels time), called in, by the organiser 2 mails sent",
            "They can object before 17:00 on Friday 14 April 2023 (Brussels time).",
        ):
            assert said in rest

    def test_waive_when_a_reason_is_chosen(self, client: FlaskClient, settled: dict[str, int]) -> None:
        url = f"{CHARGES}/{settled['charge_absent']}/waive"

        answer = client.post(url, data={"reason": "ill", "note": "Briefje gezien"})

        assert answer.location == f"{CHARGES}?done=waived#charge-{settled['charge_absent']}"
        waived = charge(settled["charge_absent"])
        assert (waived.status, waived.waiver_reason, waived.waiver_note) == ("waived", "ill", "Briefje gezien")
        text = words(client.get(answer.location).text)
        assert (
            "Waived on Friday 31 March 2023, 18:00 (Brussels time): Ill. Briefje gezien organiser@bsog.example" in text
        )

    @pytest.mark.parametrize(
        ("form", "wrong"),
        [
            ({}, "Fill this in."),
            ({"reason": ""}, "Choose one of the values."),
            ({"reason": "tired"}, "Choose one of the values."),
            ({"reason": "other", "note": "  "}, "Fill this in."),
            ({"reason": "ill", "note": "x" * 2001}, "This is too long. Shorten it."),
            ({"reason": "ill", "note": "\x07"}, "This holds characters that cannot be printed. Type it by hand."),
        ],
    )
    def test_waive_when_the_form_is_wrong_gives_it_back(
        self, client: FlaskClient, settled: dict[str, int], form: dict[str, str], wrong: str
    ) -> None:
        answer = client.post(f"{CHARGES}/{settled['charge_absent']}/waive", data=form)

        assert answer.status_code == 422
        assert wrong in answer.text
        assert answer.text.count("<details open>") == 1
        assert charge(settled["charge_absent"]).status == "draft"

    def test_waive_when_waived_or_invoiced_already(self, client: FlaskClient, settled: dict[str, int]) -> None:
        url = f"{CHARGES}/{settled['charge_absent']}/waive"
        client.post(url, data={"reason": "ill"})
        with transaction() as session:
            session.get_one(Charge, settled["charge_late"]).status = "invoiced"

        again = client.post(url, data={"reason": "ill"})
        invoiced = client.post(f"{CHARGES}/{settled['charge_late']}/waive", data={"reason": "ill"})

        assert (again.status_code, invoiced.status_code) == (409, 409)
        assert "Somebody has decided this already." in again.text
        assert "The fee has been invoiced already" in invoiced.text

    def test_uphold_when_a_waiver_was_proposed_sends_the_notice(
        self, client: FlaskClient, clock: Clock, settled: dict[str, int]
    ) -> None:
        clock.set(ENDS_AT + timedelta(days=3))
        sign_in(client, Role.ORGANISER, language="en")

        answer = client.post(f"{CHARGES}/{settled['charge_unreachable']}/uphold")

        assert answer.location == f"{CHARGES}?done=upheld#charge-{settled['charge_unreachable']}"
        upheld = charge(settled["charge_unreachable"])
        assert (upheld.waiver_proposed, upheld.objection_until) == (False, ENDS_AT + timedelta(days=17))
        newest = db.session.execute(sa.select(Message).order_by(Message.id.desc()).limit(1)).scalar_one()
        assert (newest.letter, newest.registration_id) == ("fee_notice", settled["unreachable"])
        again = client.post(f"{CHARGES}/{settled['charge_unreachable']}/uphold")
        assert again.status_code == 409

    def test_page_when_not_signed_off_leads_to_the_sign_off(self, client: FlaskClient, clock: Clock) -> None:
        desk_after(client, clock, ENDS_AT)

        assert f'href="{SIGN_OFF}"' in client.get(CHARGES).text

    def test_page_when_it_grows_costs_the_same_statements(self, client: FlaskClient, settled: dict[str, int]) -> None:
        def cost() -> list[int]:
            counted = []
            for address in (SIGN_OFF, CHARGES):
                with statements() as seen:
                    assert client.get(address).status_code == 200
                counted.append(len(seen))
            return counted

        few = cost()
        with transaction() as session:
            one = session.get_one(Charge, settled["charge_absent"])
            for name in ("present", "in_time", "waiting"):
                values = {
                    column: getattr(one, column)
                    for column in (
                        "study_day_id",
                        "reason",
                        "amount_cents",
                        "evidence",
                        "created_at",
                        "objection_until",
                    )
                }
                session.add(Charge(registration_id=settled[name], **values))

        assert cost() == few == [7, 5]

    def test_charge_when_of_another_study_day_is_not_found(self, client: FlaskClient, settled: dict[str, int]) -> None:
        for end in ("waive", "uphold"):
            address = f"/desk/study-days/other/charges/{settled['charge_absent']}/{end}"
            assert client.post(address, data={"reason": "ill"}).status_code == 404
        assert charge(settled["charge_absent"]).status == "draft"
