from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.domain.subject import Subject
from service.extensions import db
from service.mail import outbox
from service.models import History, Message, MessageSource
from service.transaction import transaction
from service.usecases.register import register
from tests.builders import NOW, make_application, make_day, make_organiser
from tests.staff import sign_in

URL = "/desk/study-days/integratiebeleid/mails"
SOURCE = b"""\
From: BSoG <events_bsog@vub.be>
To: An1 Peeters <an1@example.org>
Subject: =?utf-8?q?Bevestigd=3A_Samenwerken_=E2=98=BA?=
Date: Wed, 01 Feb 2023 09:00:00 +0000
Message-ID: <1@studiedag.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_a"

--=_a
Content-Type: text/plain; charset=utf-8

Dag An, <b>welkom</b>
--=_a
Content-Type: text/html; charset=utf-8

<p>Dag <b>An</b><script>alert(1)</script></p>
--=_a--
"""


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """The desk of a study day with one registration, whose mail has not been written yet."""
    with transaction() as session:
        make_day(session)
        register(session, "integratiebeleid", make_application(), actor=SYSTEM, now=NOW)
    sign_in(client, Role.ORGANISER, language="en")
    return client


def write(**values: Any) -> None:
    """The one mail has gone through the worker, with this result."""
    with transaction() as session:
        session.add(MessageSource(message_id=1, message_header_id="<1@x>", subject="Bevestigd", source=SOURCE))
        session.execute(sa.update(Message).values(**values))


def test_mails_when_not_written_yet_wait(desk: FlaskClient) -> None:
    assert f'<a class="name" href="{URL}/1">Place confirmed</a>' in desk.get(URL).text
    assert "It has not been written yet" in desk.get(f"{URL}/1").text
    assert desk.get(f"{URL}/1/html").status_code == 404


def test_mail_when_sent_shows_headers_and_text_as_they_went_out(desk: FlaskClient) -> None:
    write(state="sent", sent_at=NOW + timedelta(seconds=3))

    text = desk.get(f"{URL}/1").text

    assert "<dt>Subject</dt><dd>Bevestigd: Samenwerken ☺</dd>" in text
    assert "<dt>To</dt><dd>An1 Peeters &lt;an1@example.org&gt;</dd>" in text
    assert "Dag An, &lt;b&gt;welkom&lt;/b&gt;" in text


def test_mail_when_shown_as_html_is_in_a_sandbox(desk: FlaskClient) -> None:
    write(state="sent", sent_at=NOW)

    answer = desk.get(f"{URL}/1/html")

    assert "<b>An</b>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "script" not in policy


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_mails_when_filtered_show_only_those(desk: FlaskClient, state: str) -> None:
    assert f"{URL}/1" not in desk.get(f"{URL}?state=failed").text

    write(state=state, error="550 no such user")

    assert f"{URL}/1" in desk.get(f"{URL}?state=failed").text
    assert "550 no such user" in desk.get(f"{URL}?state=failed").text
    assert f"{URL}/1" not in desk.get(f"{URL}?state=sent").text


def test_mail_when_failed_can_be_sent_again_once(desk: FlaskClient) -> None:
    assert desk.post(f"{URL}/1/resend").status_code == 409
    write(state="failed", error="550 no such user")

    answer = desk.post(f"{URL}/1/resend")

    assert (answer.status_code, answer.location) == (303, f"{URL}?done=resent")
    assert db.session.execute(sa.select(Message.state)).scalar_one() == "queued"
    assert db.session.execute(sa.select(History.action).order_by(History.id.desc())).scalars().first() == "mail_resent"
    again = desk.post(f"{URL}/1/resend")
    assert again.status_code == 409
    assert "Only a mail that failed can be sent again." in again.text


def test_mails_when_they_failed_can_be_sent_again_together(desk: FlaskClient) -> None:
    button = f'action="{URL}/resend"'
    assert button not in desk.get(URL).text
    write(state="failed", error="[Errno 111] Connection refused")
    assert button in desk.get(f"{URL}?state=failed").text

    answer = desk.post(f"{URL}/resend")

    assert (answer.status_code, answer.location) == (303, f"{URL}?done=all-resent")
    assert "The mails go out again." in desk.get(answer.location).text
    assert db.session.execute(sa.select(Message.state)).scalar_one() == "queued"


def test_mail_when_it_cannot_be_written_names_the_letter_and_the_error(desk: FlaskClient) -> None:
    with transaction() as session:
        session.execute(sa.update(Message).values(state="failed", error="UndefinedError: 'facts' is undefined"))

    text = desk.get("/desk/").text

    assert ">Place confirmed</a>" in text
    assert "The letter could not be written: that is a fault of this service." in text
    assert "UndefinedError: &#39;facts&#39; is undefined" in text


def test_mail_when_it_came_back_is_reported_until_it_is_dismissed(desk: FlaskClient) -> None:
    assert desk.post(f"{URL}/1/dismiss").status_code == 409
    write(state="bounced", sent_at=NOW, error="550 5.2.2 over quota")
    assert "The receiver’s mailbox is full." in desk.get(f"{URL}/1").text

    answer = desk.post(f"{URL}/1/dismiss")

    assert (answer.status_code, answer.location) == (303, f"{URL}?done=dismissed")
    assert "This mail is not reported any more." in desk.get(answer.location).text
    page = desk.get(f"{URL}/1").text
    assert (f"{URL}/1/dismiss" in page, f"{URL}/1/resend" in page) == (False, True)
    assert f"{URL}/1" in desk.get(f"{URL}?state=bounced").text


def test_mail_when_it_lets_somebody_in_is_nobodys_to_read(desk: FlaskClient) -> None:
    write(letter="sign_in")

    for path in (f"{URL}/1", f"{URL}/1/html"):
        assert desk.get(path).status_code == 404
    for act in ("resend", "dismiss"):
        assert desk.post(f"{URL}/1/{act}").status_code == 404


def test_mail_when_it_is_of_another_study_day_is_not_found(desk: FlaskClient) -> None:
    with transaction() as session:
        day = make_day(session, slug="other", organiser=make_organiser(session, slug="other"))
        about = Subject(day.organiser_id, day.id)
        outbox.put(session, outbox.row("declined", about=about, to="x@y.example", language="nl", day=day, now=NOW))

    assert desk.get(f"{URL}/2").status_code == 404
    assert desk.get(f"{URL}/99").status_code == 404
