"""The desk in a real browser: no barrier for anybody, by day and by night, and nothing sticks out on a small phone."""

from collections.abc import Iterator
from typing import Final, Literal

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from service.domain.roles import Role
from service.models import MessageSource, StudyDay
from service.transaction import transaction
from service.web.security import COOKIE
from tests.builders import CLOSES_AT, make_day
from tests.conftest import Clock
from tests.life import SLUG, attended
from tests.staff import sign_in
from tests.usecases.received import filed, make_mail, make_reply
from tests.web.test_desk_mails import SOURCE

pytestmark = pytest.mark.browser
DAY: Final = f"/desk/study-days/{SLUG}"
PLUS: Final = "events_bsog+integratiebeleid@vub.be"
LOOKS: Final = (("nl", "light"), ("fr", "dark"))
TYPED: Final = "main input:not([type=hidden]), main textarea"
PAGES: Final = (
    "/desk/",
    "/desk/study-days/new",
    DAY,
    f"{DAY}/edit",
    f"{DAY}/close",
    f"{DAY}/reopen",
    f"{DAY}/cancel",
    f"{DAY}/history",
    f"{DAY}/mails",
    f"{DAY}/mails?state=failed",
    f"{DAY}/mails/1",
    f"{DAY}/mails/write",
    f"{DAY}/late-requests",
    "/desk/mailbox",
    "/desk/mailbox?state=done",
    "/desk/mailbox/1",
    "/desk/mailbox/2",
    f"{DAY}/letters",
    f"{DAY}/letters/confirmed",
    "/admin/",
)


@pytest.fixture
def cookie(app: Flask, clock: Clock) -> str:
    """Of an admin, on the day after the limit: late requests wait, a mail has failed, a full day lies ahead."""
    clock.set(CLOSES_AT)
    with transaction() as session:
        ids = attended(session)
        day = session.get_one(StudyDay, ids["day"])
        texts = {"summary": {"nl": "Kort"}, "questions": [{"id": "q-1", "kind": "text", "label": {"nl": "Lunch?"}}]}
        make_day(
            session, organiser=day.organiser, slug="draft", published=False, capacity=1, taken=1, waiting=2, **texts
        )
        session.execute(sa.update(StudyDay).where(StudyDay.id == day.id).values(free_again_until=day.starts_at))
        session.add(MessageSource(message_id=1, message_header_id="<1@x>", subject="x", source=SOURCE))
    filed(make_mail(f"{'z' * 40}@{'y' * 40}.example.org", subject="x" * 80, text="y" * 200, received_at=CLOSES_AT))
    filed(make_mail("an2@example.org", replies=(make_reply(ids["absent"]),), received_at=CLOSES_AT))
    for text in ("Mag ik nog?", "z" * 200):
        filed(make_mail("zoe@example.org", recipients=(PLUS,), text=text, received_at=CLOSES_AT))
    client = app.test_client()
    sign_in(client, Role.ADMIN)
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


@pytest.fixture
def visitor(chromium: Browser, address: str, cookie: str) -> Iterator[Page]:
    """A staff member's browser, signed in, on a small phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    yield context.new_page()
    context.close()


def look(visitor: Page, language: str, colours: Literal["light", "dark"]) -> None:
    visitor.emulate_media(color_scheme=colours)
    with transaction() as session:
        session.execute(sa.text("UPDATE staff SET language = :language"), {"language": language})


@pytest.mark.parametrize(("language", "colours"), LOOKS)
def test_desk_when_looked_at_has_no_barrier_and_fits(
    visitor: Page, language: str, colours: Literal["light", "dark"]
) -> None:
    look(visitor, language, colours)
    found, widths = {}, {}
    for url in PAGES:
        visitor.goto(url)
        assert visitor.locator("html").get_attribute("lang") == language
        widths[url] = visitor.evaluate("document.documentElement.scrollWidth")
        found[url] = [violation["id"] for violation in Axe().run(visitor).response["violations"]]

    assert {url: barriers for url, barriers in found.items() if barriers} == {}
    assert widths == dict.fromkeys(PAGES, 360)


@pytest.mark.parametrize(("language", "colours"), LOOKS)
def test_desk_when_a_form_is_refused_has_no_barrier(
    visitor: Page, language: str, colours: Literal["light", "dark"]
) -> None:
    look(visitor, language, colours)
    found = {}
    for url in (f"{DAY}/edit", f"{DAY}/reopen", f"{DAY}/cancel"):
        visitor.goto(url)
        visitor.evaluate(
            "document.querySelectorAll('main input:not([type=hidden]), main textarea').forEach(f => f.value = '')"
        )
        visitor.locator("main form .actions button[type=submit]").first.click()
        assert visitor.locator("#errors").count() == 1
        found[url] = [violation["id"] for violation in Axe().run(visitor).response["violations"]]

    assert {url: barriers for url, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize(("language", "colours"), LOOKS)
def test_mail_to_many_when_previewed_and_sent_has_no_barrier_and_fits(
    visitor: Page, language: str, colours: Literal["light", "dark"]
) -> None:
    look(visitor, language, colours)
    visitor.goto(f"{DAY}/mails/write")
    visitor.fill("[name='subject.nl']", "Parkeren")
    visitor.fill("[name='text.nl']", "Achter de KBR: https://kbr.example/")
    found = []
    for button in ("main form .actions button", "[name=send]"):
        visitor.locator(button).first.click()
        found += [violation["id"] for violation in Axe().run(visitor).response["violations"]]
        assert visitor.evaluate("document.documentElement.scrollWidth") == 360

    assert "/mails/to-many/1" in visitor.url
    assert found == []


def test_edit_when_rows_are_added_stays_where_they_are(visitor: Page) -> None:
    visitor.goto(f"{DAY}/edit")
    visitor.fill("input[name='title.nl']", "Nieuw")
    visitor.locator("#f-partners button").click()

    assert visitor.url.endswith("/edit#f-partners")
    assert visitor.locator("#f-partners .row").count() == 6
    assert visitor.input_value("input[name='title.nl']") == "Nieuw"


def test_edit_when_enter_is_pressed_saves(visitor: Page) -> None:
    visitor.goto(f"{DAY}/edit")
    visitor.fill("input[name='capacity']", "37")
    visitor.press("input[name='capacity']", "Enter")

    assert visitor.url.endswith(f"{DAY}?done=saved")
    visitor.goto(f"{DAY}/edit")
    assert visitor.input_value("input[name='capacity']") == "37"


def test_mail_when_shown_as_html_runs_nothing(visitor: Page) -> None:
    heard: list[str] = []
    visitor.on("dialog", lambda dialog: heard.append(dialog.message))
    visitor.goto(f"{DAY}/mails/1/html")
    visitor.wait_for_timeout(200)

    assert heard == []
    assert visitor.locator("b").inner_text() == "An"
