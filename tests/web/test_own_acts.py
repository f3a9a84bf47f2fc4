import re
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.fees import Channel
from service.models import StudyDay
from service.runtime import runtime
from service.transaction import transaction
from tests.builders import ENDS_AT, FREE_UNTIL, STARTS_AT, TICK
from tests.conftest import Clock
from tests.life import signed_off
from tests.web.days import arrange
from tests.web.enrolling import enrol, letters, rows
from tests.web.forms import PERSON, errors_of, typed_values


def test_cancel_when_in_time_is_free_and_passes_the_seat_on(client: FlaskClient, clock: Clock) -> None:
    path, waiting = enrol(), enrol()
    assert "als nummer 1" in client.get(waiting).text
    clock.set(FREE_UNTIL - TICK)

    answer = client.post(f"{path}/cancel", data={"reason": "ziek"})

    assert (answer.status_code, answer.location) == (303, path)
    assert "Er is niets verschuldigd." in client.get(path).text
    first, second = rows()
    assert (first.cancelled_verdict, first.cancelled_reason, first.cancelled_channel) == (
        "on_time",
        "ziek",
        Channel.LINK,
    )
    assert second.status in {"confirmed", "offered"}


def test_cancel_when_the_reason_is_too_long_keeps_it(client: FlaskClient) -> None:
    path = enrol()

    answer = client.post(f"{path}/cancel", data={"reason": "x" * 2001})

    assert (answer.status_code, list(errors_of(answer.text))) == (422, ["reason"])
    assert typed_values(answer.text)["reason"] == "x" * 2001
    assert rows()[0].status == "confirmed"


def test_cancel_when_late_says_that_the_fee_is_due(client: FlaskClient, clock: Clock) -> None:
    path = enrol()
    clock.set(FREE_UNTIL)

    client.post(f"{path}/cancel")

    assert rows()[0].cancelled_verdict == "late"
    assert "De no-showvergoeding van" in client.get(path).text


def test_cancel_when_done_before_or_begun_is_refused_in_ones_language(client: FlaskClient, clock: Clock) -> None:
    path, other = enrol(language="fr"), enrol(language="it")
    client.post(f"{path}/cancel")
    again = client.post(f"{path}/cancel")
    clock.set(STARTS_AT)
    begun = client.post(f"{other}/cancel")

    assert (again.status_code, begun.status_code) == (409, 409)
    assert '<html lang="fr">' in again.text
    assert '<html lang="it">' in begun.text
    assert {client.get(f"{path}/{name}").status_code for name in ("cancel", "edit", "transfer", "accept")} == {409}
    assert rows()[1].status != "cancelled"


def test_edit_when_corrected_stores_and_says_so(client: FlaskClient) -> None:
    path = enrol()
    form = typed_values(client.get(f"{path}/edit").text)

    answer = client.post(
        f"{path}/edit", data={**form, "last_name": "D’Hondt", "language": "fr", "email": "x@y.example"}
    )

    assert (answer.status_code, answer.location) == (303, f"{path}?done=edit")
    assert "Vos données ont été modifiées." in client.get(answer.location).text
    (row,) = rows()
    assert (row.last_name, row.email, row.organisation) == ("D’Hondt", "an1@example.org", "Stad Voorbeeld")


def test_edit_when_a_question_was_answered_with_no_keeps_that(client: FlaskClient) -> None:
    arrange(questions=[{"id": "lunch", "kind": "yes_no", "label": {"nl": "Blijft u lunchen?"}, "required": True}])
    unanswered = client.post("/nl/integratiebeleid/register", data=PERSON)
    client.post("/nl/integratiebeleid/register", data={**PERSON, "answers.lunch": "no"})
    path = f"/r/{runtime().links.own_token(rows()[0].id)}"
    form = typed_values(client.get(f"{path}/edit").text)

    answer = client.post(f"{path}/edit", data={**form, "town": "Sint-Niklaas"})

    assert (unanswered.status_code, list(errors_of(unanswered.text))) == (422, ["answers.lunch"])
    assert (form["answers.lunch"], answer.status_code) == ("no", 303)
    assert (rows()[0].answers, rows()[0].town) == ({"lunch": False}, "Sint-Niklaas")


def test_edit_when_fields_are_wrong_keeps_the_input(client: FlaskClient) -> None:
    path = enrol()
    form = typed_values(client.get(f"{path}/edit").text)

    answer = client.post(f"{path}/edit", data={**form, "first_name": "", "town": "Sint-Niklaas"})

    assert (answer.status_code, list(errors_of(answer.text))) == (422, ["first_name"])
    assert typed_values(answer.text)["town"] == "Sint-Niklaas"
    assert rows()[0].first_name == "An1"


def test_edit_when_a_fee_waits_for_its_invoice_takes_what_that_needs(client: FlaskClient, clock: Clock) -> None:
    with transaction() as session:
        found = signed_off(session)
    clock.set(ENDS_AT)
    path = f"/r/{runtime().links.own_token(found['absent'])}"

    assert f'href="{path}/edit"' in client.get(path).text
    form = client.get(f"{path}/edit").text
    wrong = client.post(f"{path}/edit", data={"invoice_name": "x" * 201})
    answer = client.post(f"{path}/edit", data={"invoice_name": "Stad Mechelen", "first_name": "Somebody"})

    assert re.findall(r'id="f-(\w+)"', form) == [
        "invoice_name",
        "invoice_enterprise_number",
        "invoice_address",
        "invoice_reference",
    ]
    assert (wrong.status_code, list(errors_of(wrong.text))) == (422, ["invoice_name"])
    assert (answer.status_code, answer.location) == (303, f"{path}?done=edit")
    row = next(row for row in rows() if row.id == found["absent"])
    assert (row.invoice_name, row.first_name) == ("Stad Mechelen", "Hélène")


def test_edit_when_the_day_is_over_and_nothing_is_due_is_refused(client: FlaskClient, clock: Clock) -> None:
    with transaction() as session:
        found = signed_off(session)
    clock.set(ENDS_AT)
    path = f"/r/{runtime().links.own_token(found['present'])}"

    assert client.get(f"{path}/edit").status_code == 409
    assert client.post(f"{path}/edit", data={"invoice_name": "Stad"}).status_code == 409


def test_take_over_when_the_terms_grew_stricter_meanwhile_asks_again(client: FlaskClient) -> None:
    client.post(f"{enrol()}/transfer", data={"email": "els@stad.example", "language": "nl"})
    colleague = f"/r/{runtime().links.colleague_token(1)}"
    form = {**typed_values(client.get(colleague).text), **PERSON}
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(fee_cents=2500))

    refused = client.post(f"{colleague}/accept", data=form)
    again = typed_values(refused.text)
    agreed = client.post(f"{colleague}/accept", data={**again, "accept_terms": "1"})

    assert (refused.status_code, "accept_terms" in again, again["shown_fee_cents"]) == (409, False, "2500")
    assert again["first_name"] == PERSON["first_name"]
    assert agreed.status_code == 303


def test_transfer_when_many_are_asked_in_an_hour_stops(client: FlaskClient) -> None:
    path = enrol()

    answers = [
        client.post(f"{path}/transfer", data={"email": f"els{number}@stad.example", "language": "nl"}).status_code
        for number in range(11)
    ]

    assert answers == [303] * 10 + [429]
    assert letters() == ["confirmed"] + ["colleague_invited"] * 10


def test_transfer_when_the_colleague_accepts_moves_the_place(client: FlaskClient, clock: Clock) -> None:
    path = enrol()
    clock.set(FREE_UNTIL)  # late for cancelling, and still free
    asked = client.post(f"{path}/transfer", data={"email": "els@stad.example", "language": "fr"})
    colleague = f"/r/{runtime().links.colleague_token(1)}"
    shown = client.get(colleague)
    person = {**PERSON, "first_name": "Els", "email": "somebody@else.example"}
    unticked = client.post(f"{colleague}/accept", data={**person, "accept_terms": ""})
    accepted = client.post(f"{colleague}/accept", data=person)

    assert asked.location == f"{path}?done=transfer"
    assert "An1 Peeters" in shown.text
    assert '<html lang="fr">' in shown.text
    assert (unticked.status_code, list(errors_of(unticked.text))) == (422, ["accept_terms"])
    assert typed_values(unticked.text)["organisation"] == "Stad Voorbeeld"
    giver, taker = rows()
    assert accepted.location == f"/r/{runtime().links.own_token(taker.id)}?done=accept"
    assert (giver.status, giver.cancelled_verdict) == ("cancelled", "on_time")
    assert (taker.status, taker.email, taker.first_name, taker.language) == (
        "confirmed",
        "els@stad.example",
        "Els",
        "fr",
    )
    assert client.get(colleague).status_code == 409
    assert client.post(f"{colleague}/accept", data=person).location == accepted.location
    assert len(rows()) == 2


def test_transfer_when_the_address_is_wrong_or_ones_own(client: FlaskClient) -> None:
    path = enrol()

    wrong = client.post(f"{path}/transfer", data={"email": "els@", "language": "nl"})
    same = client.post(f"{path}/transfer", data={"email": "AN1@example.org", "language": "nl"})

    assert (wrong.status_code, list(errors_of(wrong.text))) == (422, ["email"])
    assert typed_values(wrong.text)["email"] == "els@"
    assert same.status_code == 422
    assert errors_of(same.text) == {"email": "Dit is uw eigen adres. Vul dat van uw collega in."}
    assert letters() == ["confirmed"]


def test_transfer_when_waiting_is_refused(client: FlaskClient) -> None:
    enrol()
    waiting = enrol()

    assert client.get(f"{waiting}/transfer").status_code == 409
    assert client.post(f"{waiting}/transfer", data={"email": "els@stad.example", "language": "nl"}).status_code == 409


def test_offer_when_accepted_in_time_confirms(client: FlaskClient, clock: Clock) -> None:
    first, path = enrol(), enrol()
    clock.set(FREE_UNTIL)
    client.post(f"{first}/cancel")
    until = rows()[1].offered_until
    assert until is not None

    clock.set(until - TICK)
    before = client.get(path).text
    shown = client.get(f"{path}/accept").text
    unticked = client.post(f"{path}/accept")
    accepted = client.post(f"{path}/accept", data={"accept_terms": "1"})

    assert "de no-showvergoeding dus meteen" in shown
    assert "U kunt de plaats aanvaarden tot en met" in before
    assert ["Wat u hebt aanvaard" in text for text in (before, client.get(path).text)] == [False, True]
    assert (unticked.status_code, list(errors_of(unticked.text))) == (422, ["accept_terms"])
    assert accepted.location == f"{path}?done=accept"
    assert rows()[1].status == "confirmed"
    assert client.get(f"{path}/accept").status_code == 303


def test_offer_when_accepted_too_late_has_lapsed(client: FlaskClient, clock: Clock) -> None:
    first, path = enrol(), enrol()
    clock.set(FREE_UNTIL)
    client.post(f"{first}/cancel")
    until = rows()[1].offered_until
    assert until is not None

    clock.set(until)

    assert client.get(f"{path}/accept").status_code == 409
    assert client.post(f"{path}/accept", data={"accept_terms": "1"}).status_code == 409
    assert "Het aanbod werd niet op tijd aanvaard" in client.get(path).text


def test_not_me_when_clicked_removes_at_any_time(client: FlaskClient, clock: Clock) -> None:
    path = enrol(dietary="halal", invoice_name="Stad")
    clock.set(STARTS_AT + timedelta(days=3))

    assert client.post(f"{path}/not-me").location == path
    (row,) = rows()
    assert (row.cancelled_channel, row.cancelled_verdict, row.dietary, row.invoice_name) == (
        "not_me",
        "on_time",
        "",
        "",
    )
    assert client.get(path).status_code == 200
    assert client.post(f"{path}/not-me").status_code == 409
