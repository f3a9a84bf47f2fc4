import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.extensions import db
from service.letters.phrases import ways_out
from service.models import StudyDay, Transfer
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.cancel import cancel
from service.usecases.open_close import call_off
from tests.builders import FREE_UNTIL, NOW, TICK
from tests.conftest import Clock
from tests.letters.samples import make_about
from tests.usecases.received import filed, mails, make_mail, make_reply
from tests.web.enrolling import enrol, rows

ACTIONS = ("cancel", "edit", "transfer", "accept", "not-me", "data")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    tables = StudyDay.metadata.sorted_tables
    return {table.name: [tuple(row) for row in db.session.execute(sa.select(table))] for table in tables}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_own_page_when_only_looked_at_changes_nothing(client: FlaskClient, method: str) -> None:
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


def test_own_page_when_the_token_is_wrong_is_the_same_404(client: FlaskClient) -> None:
    path = enrol()
    token = path.removeprefix("/r/")
    forged = ("x", token[:-1], token + "A", "r2." + token.split(".")[1], f"c{token[1:]}", "r1", "%00", "é")

    answers = [client.get(f"/r/{wrong}") for wrong in forged]
    answers += [client.post(f"/r/{wrong}/cancel") for wrong in forged]
    answers += [client.get(f"/r/{runtime().links.own_token(99)}")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_own_page_when_the_colleagues_token_is_used_for_the_givers_actions(client: FlaskClient) -> None:
    path = enrol()
    client.post(f"{path}/transfer", data={"email": "els@stad.example", "language": "fr"})
    colleague = f"/r/{runtime().links.colleague_token(1)}"

    codes = {
        client.post(f"{colleague}/{action}").status_code for action in ("cancel", "edit", "transfer", "not-me", "data")
    }

    assert codes == {404}
    assert [row.status for row in rows()] == ["confirmed"]


def test_own_page_when_open_is_kept_nowhere_and_tells_nobody(client: FlaskClient) -> None:
    answer = client.get(enrol())

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert re.findall(r'(?:src|<link[^>]* href)="(?!/static/)([^"]+)"', answer.text) == []


def test_own_page_when_confirmed_says_what_binds(client: FlaskClient, clock: Clock) -> None:
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


def test_own_page_when_signed_up_again_the_old_token_does_nothing(client: FlaskClient) -> None:
    old = enrol(email="an@stad.example")
    client.post(f"{old}/cancel")
    enrol(email="an@stad.example")

    assert client.post(f"{old}/cancel").status_code == 409
    assert [row.status for row in rows()] == ["cancelled", "confirmed"]


def test_own_page_when_the_day_is_called_off(client: FlaskClient) -> None:
    path = enrol()
    with transaction() as session:
        call_off(session, rows()[0].study_day_id, reason="ziek", actor=Actor("staff", "desk"), now=NOW)

    assert "De organisator heeft deze dag afgelast." in client.get(path).text
    assert client.post(f"{path}/cancel").status_code == 409


def test_invite_when_confirmed_is_a_calendar_entry(client: FlaskClient) -> None:
    path, waiting = enrol(), enrol()

    answer = client.get(f"{path}/invite.ics")

    assert answer.mimetype == "text/calendar"
    assert f"UID:{rows()[0].calendar_uid}\r\n".encode() in answer.data
    assert client.get(f"{waiting}/invite.ics").status_code == 409


def test_data_when_asked_for_is_complete_and_about_nobody_else(client: FlaskClient) -> None:
    path = enrol(dietary="halal")
    enrol()

    answer = client.get(f"{path}/data")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="integratiebeleid.json"'
    kept = json.loads(answer.data)
    assert (kept["registration"]["dietary"], kept["registration"]["terms_fee_cents"]) == ("halal", 1500)
    assert [mail["letter"] for mail in kept["mails"]] == ["confirmed"]
    assert [line["action"] for line in kept["history"]] == ["registered"]
    assert "an2@example.org" not in answer.text


def test_data_when_others_wrote_about_them_holds_only_their_own_mails(client: FlaskClient) -> None:
    path = enrol()
    person = rows()[0]
    for sender in ("bo@example.org", person.email):
        filed(make_mail(sender, text=f"From {sender}", replies=(make_reply(person.id, participation="delegated"),)))

    kept = json.loads(client.get(f"{path}/data").data)

    assert mails("registration_id") == [person.id] * 2
    assert [(mail["sender"], mail["text"]) for mail in kept["mails_received"]] == [
        (person.email, f"From {person.email}")
    ]


@pytest.mark.parametrize("channel", [Channel.ORGANISER, Channel.REMOVED])
def test_own_page_when_the_organiser_ended_it(client: FlaskClient, channel: Channel) -> None:
    path = enrol()
    with transaction() as session:
        cancel(session, rows()[0].id, channel=channel, actor=Actor("staff", "desk"), now=NOW)

    assert "Er is niets verschuldigd." in client.get(path).text


def test_own_page_when_a_letter_leads_into_it_has_that_place(client: FlaskClient) -> None:
    page = client.get(enrol()).text

    places = [link.url.partition("#")[2] for link in ways_out(make_about("confirmed"))]

    assert places == ["cancel", "not-me"]
    assert all(f'id="{place}"' in page for place in places)
