import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.extensions import db
from service.models import Message, Registration, StudyDay, Transfer
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.cancel import cancel
from service.usecases.open_close import call_off
from service.usecases.register import register
from tests.builders import FREE_UNTIL, NOW, STARTS_AT, TICK, make_application, make_day
from tests.conftest import Clock
from tests.web.forms import PERSON, errors_of, typed_values

FORM = Actor("attendee", "form")
LINK = Actor("attendee", "link")
Enrol = Callable[..., str]
ACTIONS = ("cancel", "edit", "transfer", "accept", "not-me", "data")


@pytest.fixture
def enrol(app: Flask) -> Enrol:
    """Registers one more person for the model case with one seat; the path of their own page."""
    del app  # its context is what transaction() works in
    with transaction() as session:
        slug = make_day(session, capacity=1).slug
    count = 0

    def enrolled(**overrides: Any) -> str:
        nonlocal count
        count += 1
        with transaction() as session:
            register(session, slug, make_application(count, **overrides), actor=FORM, now=NOW)
            newest = session.execute(sa.select(sa.func.max(Registration.id))).scalar_one()
        return f"/r/{runtime().links.own_token(newest)}"

    return enrolled


def rows() -> list[Registration]:
    return list(db.session.execute(sa.select(Registration).order_by(Registration.id)).scalars())


def letters() -> list[str]:
    return list(db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars())


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    tables = StudyDay.metadata.sorted_tables
    return {table.name: [tuple(row) for row in db.session.execute(sa.select(table))] for table in tables}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_own_page_when_only_looked_at_changes_nothing(client: FlaskClient, enrol: Enrol, method: str) -> None:
    confirmed, waiting = enrol(), enrol()
    client.post(f"{confirmed}/transfer", data={"email": "els@stad.example", "language": "fr"})
    colleague = f"/r/{runtime().links.colleague_token(db.session.execute(sa.select(Transfer.id)).scalar_one())}"
    before = everything()

    for path in (confirmed, waiting, colleague):
        for action in ("", "/invite.ics", *(f"/{action}" for action in ACTIONS)):
            answer = client.open(path + action, method=method)
            assert (answer.status_code, "Set-Cookie" in answer.headers) in {
                (code, False) for code in (200, 303, 404, 409)
            }

    assert everything() == before


def test_own_page_when_the_token_is_wrong_is_the_same_404(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()
    token = path.removeprefix("/r/")
    forged = ("x", token[:-1], token + "A", "r2." + token.split(".")[1], f"c{token[1:]}", "r1", "%00", "é")

    answers = [client.get(f"/r/{wrong}") for wrong in forged]
    answers += [client.post(f"/r/{wrong}/cancel") for wrong in forged]
    answers += [client.get(f"/r/{runtime().links.own_token(99)}")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_own_page_when_the_colleagues_token_is_used_for_the_givers_actions(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()
    client.post(f"{path}/transfer", data={"email": "els@stad.example", "language": "fr"})
    colleague = f"/r/{runtime().links.colleague_token(1)}"

    codes = {
        client.post(f"{colleague}/{action}").status_code for action in ("cancel", "edit", "transfer", "not-me", "data")
    }

    assert codes == {404}
    assert [row.status for row in rows()] == ["confirmed"]


def test_own_page_when_open_is_kept_nowhere_and_tells_nobody(client: FlaskClient, enrol: Enrol) -> None:
    answer = client.get(enrol())

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert re.findall(r'(?:src|<link[^>]* href)="(?!/static/)([^"]+)"', answer.text) == []


def test_own_page_when_confirmed_says_what_binds(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
    path = enrol()
    limit = "tot en met zondag 19 maart 2023, 23:59 uur (tijd in Brussel)"

    clock.set(FREE_UNTIL - TICK)
    in_time = client.get(path).text, client.get(f"{path}/cancel").text
    clock.set(FREE_UNTIL)
    late = client.get(path).text, client.get(f"{path}/cancel").text

    assert f"U kunt kosteloos annuleren {limit}." in in_time[0]
    assert f"Nu annuleren is kosteloos: dat kan {limit}." in in_time[1]
    assert f"kosteloos annuleren kon slechts {limit}." in late[0]
    assert f"Kosteloos annuleren kon {limit}. Annuleert u nu, dan bent u €\xa015,00 verschuldigd" in late[1].replace(
        "\u202f", "\xa0"
    )


def test_cancel_when_in_time_is_free_and_passes_the_seat_on(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
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


def test_cancel_when_late_says_that_the_fee_is_due(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
    path = enrol()
    clock.set(FREE_UNTIL)

    client.post(f"{path}/cancel")

    assert rows()[0].cancelled_verdict == "late"
    assert "De no-showvergoeding van" in client.get(path).text


def test_cancel_when_done_before_or_begun_is_refused_in_ones_language(
    client: FlaskClient, clock: Clock, enrol: Enrol
) -> None:
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


def test_own_page_when_signed_up_again_the_old_token_does_nothing(client: FlaskClient, enrol: Enrol) -> None:
    old = enrol(email="an@stad.example")
    client.post(f"{old}/cancel")
    enrol(email="an@stad.example")

    assert client.post(f"{old}/cancel").status_code == 409
    assert [row.status for row in rows()] == ["cancelled", "confirmed"]


def test_edit_when_corrected_stores_and_says_so(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()
    form = typed_values(client.get(f"{path}/edit").text)

    answer = client.post(
        f"{path}/edit", data={**form, "last_name": "D’Hondt", "language": "fr", "email": "x@y.example"}
    )

    assert (answer.status_code, answer.location) == (303, f"{path}?done=edit")
    assert "Vos données ont été modifiées." in client.get(answer.location).text
    (row,) = rows()
    assert (row.last_name, row.email, row.organisation) == ("D’Hondt", "an1@example.org", "Stad Voorbeeld")


def test_edit_when_fields_are_wrong_keeps_the_input(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()
    form = typed_values(client.get(f"{path}/edit").text)

    answer = client.post(f"{path}/edit", data={**form, "first_name": "", "town": "Sint-Niklaas"})

    assert (answer.status_code, list(errors_of(answer.text))) == (422, ["first_name"])
    assert typed_values(answer.text)["town"] == "Sint-Niklaas"
    assert rows()[0].first_name == "An1"


def test_transfer_when_the_colleague_accepts_moves_the_place(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
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


def test_transfer_when_the_address_is_wrong_or_ones_own(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()

    wrong = client.post(f"{path}/transfer", data={"email": "els@", "language": "nl"})
    same = client.post(f"{path}/transfer", data={"email": "AN1@example.org", "language": "nl"})

    assert (wrong.status_code, list(errors_of(wrong.text))) == (422, ["email"])
    assert typed_values(wrong.text)["email"] == "els@"
    assert same.status_code == 409
    assert letters() == ["confirmed"]


def test_transfer_when_waiting_is_refused(client: FlaskClient, enrol: Enrol) -> None:
    enrol()
    waiting = enrol()

    assert client.get(f"{waiting}/transfer").status_code == 409
    assert client.post(f"{waiting}/transfer", data={"email": "els@stad.example", "language": "nl"}).status_code == 409


def test_offer_when_accepted_in_time_confirms(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
    first, path = enrol(), enrol()
    clock.set(FREE_UNTIL)
    client.post(f"{first}/cancel")
    until = rows()[1].offered_until
    assert until is not None

    clock.set(until - TICK)
    shown = client.get(f"{path}/accept").text
    unticked = client.post(f"{path}/accept")
    accepted = client.post(f"{path}/accept", data={"accept_terms": "1"})

    assert "de no-showvergoeding dus meteen" in shown
    assert (unticked.status_code, list(errors_of(unticked.text))) == (422, ["accept_terms"])
    assert accepted.location == f"{path}?done=accept"
    assert rows()[1].status == "confirmed"
    assert client.get(f"{path}/accept").status_code == 303


def test_offer_when_accepted_too_late_has_lapsed(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
    first, path = enrol(), enrol()
    clock.set(FREE_UNTIL)
    client.post(f"{first}/cancel")
    until = rows()[1].offered_until
    assert until is not None

    clock.set(until)

    assert client.get(f"{path}/accept").status_code == 409
    assert client.post(f"{path}/accept", data={"accept_terms": "1"}).status_code == 409
    assert "Het aanbod werd niet op tijd aanvaard" in client.get(path).text


def test_not_me_when_clicked_removes_at_any_time(client: FlaskClient, clock: Clock, enrol: Enrol) -> None:
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


def test_own_page_when_the_day_is_called_off(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol()
    with transaction() as session:
        call_off(session, rows()[0].study_day_id, reason="ziek", actor=Actor("staff", "desk"), now=NOW)

    assert "De organisator heeft hem afgelast." in client.get(path).text
    assert client.post(f"{path}/cancel").status_code == 409


def test_invite_when_confirmed_is_a_calendar_entry(client: FlaskClient, enrol: Enrol) -> None:
    path, waiting = enrol(), enrol()

    answer = client.get(f"{path}/invite.ics")

    assert answer.mimetype == "text/calendar"
    assert f"UID:{rows()[0].calendar_uid}\r\n".encode() in answer.data
    assert client.get(f"{waiting}/invite.ics").status_code == 409


def test_data_when_asked_for_is_complete_and_about_nobody_else(client: FlaskClient, enrol: Enrol) -> None:
    path = enrol(dietary="halal")
    enrol()

    answer = client.get(f"{path}/data")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="integratiebeleid.json"'
    kept = json.loads(answer.data)
    assert (kept["registration"]["dietary"], kept["registration"]["terms_fee_cents"]) == ("halal", 1500)
    assert [mail["letter"] for mail in kept["mails"]] == ["confirmed"]
    assert [line["action"] for line in kept["history"]] == ["registered"]
    assert "an2@example.org" not in answer.text


@pytest.mark.parametrize("channel", [Channel.ORGANISER, Channel.REMOVED])
def test_own_page_when_the_organiser_ended_it(client: FlaskClient, enrol: Enrol, channel: Channel) -> None:
    path = enrol()
    with transaction() as session:
        cancel(session, rows()[0].id, channel=channel, actor=Actor("staff", "desk"), now=NOW)

    assert "Er is niets verschuldigd." in client.get(path).text
