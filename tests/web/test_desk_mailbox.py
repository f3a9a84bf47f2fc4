from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.models import IncomingMail, LateRequest, MailboxState, Message, Registration
from service.runtime import KEY
from service.transaction import transaction
from tests.builders import CLOSES_AT, FREE_UNTIL, STARTS_AT, TICK, make_organiser
from tests.conftest import Clock
from tests.staff import sign_in
from tests.usecases.received import filed, make_mail, make_reply
from tests.web.people import URL, desk_after, words

HERE = "/desk/mailbox"
PLUS = "events_bsog+integratiebeleid@vub.be"


@pytest.fixture
def ids(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, CLOSES_AT)


def arrives(sender: str = "zoe@example.org", **values: Any) -> int:
    """A mail reaches the mailbox; the id of its row."""
    mail = {"received_at": CLOSES_AT, "sender_name": "Zoë Maes", "text": "Mag ik <b>nog</b>?", **values}
    filed(make_mail(sender, **mail))
    return db.session.execute(sa.select(sa.func.max(IncomingMail.id))).scalar_one()


def state(mail_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(IncomingMail, mail_id, populate_existing=True).state


def test_mailbox_when_nothing_waits_says_so(client: FlaskClient, ids: dict[str, int]) -> None:
    assert ids
    assert "No mail waits for you." in words(client.get(HERE).text)
    assert "wait for you" not in words(client.get("/desk/").text)


def test_mailbox_when_mails_wait_shows_what_they_are(client: FlaskClient, ids: dict[str, int]) -> None:
    first, second = arrives(subject="A question"), arrives("bo@example.org", subject="")

    text = words(client.get(HERE).text)

    assert ids
    assert "Waiting for you 2" in text
    line = "Zoë Maes zoe@example.org Mail it names no study day 21 Mar 2023, 00:00"
    assert f"A question {line}" in text
    assert text.index("A question") < text.index("No subject")
    assert f'href="{HERE}/{first}"' in client.get(HERE).text
    assert second > first
    assert "2 mails wait for you" in words(client.get("/desk/").text)


def test_mailbox_when_done_with_shows_what_was_made_of_it(client: FlaskClient, ids: dict[str, int]) -> None:
    arrives("an2@example.org", replies=(make_reply(ids["absent"]),), subject="Geweigerd")

    text = words(client.get(f"{HERE}?state=done").text)

    assert "Calendar reply declined too late: the registration is cancelled, and a fee is due" in text


def test_mail_when_opened_shows_its_text_as_text(client: FlaskClient, ids: dict[str, int]) -> None:
    mail = arrives(subject="<script>alert(1)</script>", message_id="<x@y>")

    page = client.get(f"{HERE}/{mail}").text

    assert ids
    assert "Mag ik &lt;b&gt;nog&lt;/b&gt;?" in page
    assert "<script>alert" not in page
    subject = "Re%3A%20%3Cscript%3Ealert%281%29%3C/script%3E"
    assert f'href="mailto:zoe@example.org?subject={subject}&amp;in-reply-to=%3Cx%40y%3E"' in page


def test_mail_when_made_a_late_request_stands_there(client: FlaskClient, ids: dict[str, int]) -> None:
    mail = arrives()
    assert f'<option value="{ids["day"]}">' in client.get(f"{HERE}/{mail}").text

    answer = client.post(f"{HERE}/{mail}/late-request", data={"study_day": ids["day"]})

    assert (answer.status_code, answer.location, state(mail)) == (303, f"{URL}/late-requests", "done")
    text = words(client.get(answer.location).text)
    asker = "Zoë Maes 21 Mar 2023, 00:00 · mail to the mailbox zoe@example.org"
    assert f"{asker} Hello · 21 Mar 2023, 00:00 Mag ik &lt;b&gt;nog&lt;/b&gt;?" in text


def test_mail_when_registration_is_open_is_refused_with_the_reason(
    client: FlaskClient, ids: dict[str, int], clock: Clock
) -> None:
    mail = arrives()
    clock.set(CLOSES_AT - TICK)

    answer = client.post(f"{HERE}/{mail}/late-request", data={"study_day": ids["day"]})

    assert (answer.status_code, state(mail)) == (409, "waiting")
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("chosen", ["", "x", "0", "99999999999", "-1"])
@pytest.mark.parametrize("what", ["late-request", "registration"])
def test_mail_when_nothing_that_exists_is_chosen_is_not_found(
    client: FlaskClient, ids: dict[str, int], what: str, chosen: str
) -> None:
    assert ids
    mail = arrives()

    answer = client.post(f"{HERE}/{mail}/{what}", data={"study_day": chosen, "registration": chosen})

    assert (answer.status_code, state(mail)) == (404, "waiting")


def test_mail_when_it_is_from_a_registered_person_stands_with_them(client: FlaskClient, ids: dict[str, int]) -> None:
    mail = arrives(subject="My train")
    assert "Nobody is registered with that address." in words(client.get(f"{HERE}/{mail}").text)
    found = client.get(f"{HERE}/{mail}?address=AN2@example.org").text
    assert "Hélène Ångström" in words(found)

    answer = client.post(f"{HERE}/{mail}/registration", data={"registration": ids["absent"]})

    assert (answer.location, state(mail)) == (f"{HERE}/{mail}?done=tied", "waiting")
    assert f'href="{URL}/registrations/{ids["absent"]}"' in client.get(answer.location).text
    person = words(client.get(f"{URL}/registrations/{ids['absent']}").text)
    assert "Mails from this person My train 21 Mar 2023, 00:00" in person


def test_mail_when_done_with_leaves_the_list(client: FlaskClient, ids: dict[str, int]) -> None:
    assert ids
    mail = arrives()

    answer = client.post(f"{HERE}/{mail}/done")

    assert (answer.location, state(mail)) == (f"{HERE}?done=settled", "done")
    assert "The mail is done with." in words(client.get(answer.location).text)
    assert client.post(f"{HERE}/{mail}/done").status_code == 409


def test_mail_when_it_is_nobodys_is_for_admins(client: FlaskClient, ids: dict[str, int]) -> None:
    assert ids
    mail = arrives(recipients=("unknown@example.org",), subject="Lost")

    assert client.get(f"{HERE}/{mail}").status_code == 404
    assert "Lost" not in client.get(HERE).text
    sign_in(client, Role.ADMIN, language="en", email="admin@x.example")
    assert client.get(f"{HERE}/{mail}").status_code == 200
    assert "Lost" in client.get(HERE).text


def test_mail_when_it_is_another_organisers_does_not_exist(client: FlaskClient, ids: dict[str, int]) -> None:
    mail = arrives(subject="Ours")
    with transaction() as session:
        make_organiser(session, slug="other", mailbox="other@example.org")
    sign_in(client, Role.ORGANISER, organiser="other", language="en")

    assert ids
    assert client.get(f"{HERE}/{mail}").status_code == 404
    assert "Ours" not in client.get(HERE).text
    assert "wait for you" not in words(client.get("/desk/").text)


def test_late_request_when_a_second_mail_came_shows_both(client: FlaskClient, ids: dict[str, int]) -> None:
    assert ids
    first = arrives(recipients=(PLUS,), text="First of all", subject="A place?")
    arrives(recipients=(PLUS,), text="And also this", subject="One thing more")

    page = client.get(f"{URL}/late-requests").text

    text, when = words(page), "21 Mar 2023, 00:00"
    assert f"A place? · {when} First of all One thing more · {when} And also this" in text
    assert f'<a href="/desk/mailbox/{first}">A place?</a>' in page
    assert text.count("First of all") == 1
    assert "added to the late request" not in text


def test_late_request_when_a_mail_of_it_is_doubtful_marks_it(client: FlaskClient, ids: dict[str, int]) -> None:
    assert ids
    arrives(recipients=(PLUS,), subject="A place?")
    mail = arrives(recipients=(PLUS,), subject="Never mind", authentication="fail")
    with transaction() as session:
        request = session.execute(sa.select(LateRequest.id).where(LateRequest.channel == "mail")).scalar_one()
        session.get_one(IncomingMail, mail).late_request_id = request

    text = words(client.get(f"{URL}/late-requests").text)

    assert "Never mind · 21 Mar 2023, 00:00 our mail server says that the sender is forged" in text


def test_answer_when_suggested_is_in_the_askers_language_and_can_be_changed(
    client: FlaskClient, ids: dict[str, int]
) -> None:
    page = client.get(f"{URL}/late-requests").text
    assert "Wij zijn blij dat wij u alsnog een plaats kunnen aanbieden.</textarea>" in page
    assert "Wij hopen u een andere keer te mogen verwelkomen.</textarea>" in page

    client.post(f"{URL}/late-requests/{ids['late_request']}/admit", data={"message": "Kom maar."})

    assert db.session.get_one(LateRequest, ids["late_request"]).answer == "Kom maar."
    letters = sa.select(Message.facts).where(Message.letter == "admitted")
    assert db.session.execute(letters).scalar_one()["late_request"] == ids["late_request"]


def test_answer_when_too_long_is_kept_and_said_so(client: FlaskClient, ids: dict[str, int]) -> None:
    url = f"{URL}/late-requests/{ids['late_request']}/admit"

    answer = client.post(url, data={"message": "x" * 2001})

    assert answer.status_code == 422
    assert "This is too long. Shorten it." in words(answer.text)
    assert answer.text.count("x" * 2001) == 1


def test_registration_when_a_mail_came_back_says_so(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        marked = {"undeliverable_at": CLOSES_AT, "calendar_answer": "tentative"}
        session.execute(sa.update(Registration).where(Registration.id == ids["absent"]).values(marked))

    text = words(client.get(f"{URL}/registrations/{ids['absent']}").text)

    assert "A mail to this address came back on Tuesday 21 March 2023, 00:00 (Brussels time)" in text
    assert "Answer in the calendar Perhaps" in text


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("", "", "This installation reads no mailbox"),
        ("imap://127.0.0.1/INBOX", "", "It was last read on Tuesday 21 March 2023, 00:00 (Brussels time)."),
        ("imap://127.0.0.1/INBOX", "no <answer>", "It was last read on Tuesday 21 March 2023, 00:00 (Brussels time)."),
    ],
)
def test_mailbox_when_it_is_read_says_how_that_went(
    app: Flask, client: FlaskClient, ids: dict[str, int], url: str, error: str, said: str
) -> None:
    found = app.extensions[KEY]
    app.extensions[KEY] = replace(found, settings=replace(found.settings, mailbox_url=url))
    with transaction() as session:
        session.add(MailboxState(name="INBOX", polled_at=CLOSES_AT, error=error))

    page = client.get(HERE).text

    assert ids
    assert said in words(page)
    assert ("no &lt;answer&gt;" in page, "cannot be read at present" in page) == (bool(error), bool(error))


def test_cancelling_when_a_mail_asked_for_it_is_judged_by_when_that_came(
    client: FlaskClient, ids: dict[str, int]
) -> None:
    mail = arrives("an2@example.org", received_at=FREE_UNTIL - TICK, recipients=(PLUS,), text="Ik kan niet komen.")
    other = arrives("zoe@example.org")
    person = f"{URL}/registrations/{ids['absent']}"
    assert f'href="{person}/cancel?mail={mail}"' in client.get(f"{HERE}/{mail}").text
    said = "It counts as cancelled when their mail arrived, Sunday 19 March 2023, 23:59 (Brussels time)"
    assert said in words(client.get(f"{person}/cancel?mail={mail}").text)
    assert "No fee follows" in words(client.get(f"{person}/cancel?mail={mail}").text)
    for wrong in (other, 0, 2**31):
        assert client.get(f"{person}/cancel?mail={wrong}").status_code == 404

    answer = client.post(f"{person}/cancel?mail={mail}", data={"reason": "By mail"})

    assert answer.status_code == 303
    ended = db.session.get_one(Registration, ids["absent"], populate_existing=True)
    assert (ended.cancelled_verdict, ended.cancelled_at) == ("on_time", FREE_UNTIL - TICK)


def test_cancelling_when_a_mail_asked_for_it_and_the_day_has_begun_is_refused(
    client: FlaskClient, ids: dict[str, int], clock: Clock
) -> None:
    mail = arrives("an2@example.org", received_at=FREE_UNTIL - TICK, recipients=(PLUS,))
    clock.set(STARTS_AT)
    sign_in(client, Role.ORGANISER, language="en")
    url = f"{URL}/registrations/{ids['absent']}/cancel?mail={mail}"

    assert client.post(url, data={"reason": "By mail"}).status_code == 409
    assert "The study day has begun" in client.get(url).text
