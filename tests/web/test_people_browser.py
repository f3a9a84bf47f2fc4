"""People's pages and those of finance in a real browser: nothing axe objects to, and the queue at the door."""

from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from service.domain.actors import Actor
from service.domain.roles import Role
from service.models import Registration, StudyDay
from service.transaction import transaction
from service.usecases.admit import decline, request_late
from service.usecases.invoice import issue_invoices
from tests.builders import CLOSES_AT, ENDS_AT, STARTS_AT, make_application
from tests.conftest import Clock
from tests.life import FORM, SLUG, attended, signed_off
from tests.staff import sign_in
from tests.web.people import URL

pytestmark = pytest.mark.browser
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
BEFORE: Final = [
    "/registrations",
    "/registrations?status=offered",
    "/registrations?status=waiting",
    "/registrations?q=nobody",
    "/registrations/{late}",
    "/registrations/{absent}/cancel",
    "/registrations/{absent}/remove",
    "/late-requests",
    "/check-in",
    "/check-in?q=peeters",
    "/sign-off",
    "/charges",
]


def enter(app: Flask, browser: Browser, address: str, *, language: str, role: Role = Role.ADMIN) -> BrowserContext:
    """A phone whose owner is signed in."""
    client = app.test_client()
    sign_in(client, role, language=language, email=f"{role}-{language}@vub.example")
    cookie = client.get_cookie("studiedag_staff")
    assert cookie is not None
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": "studiedag_staff", "value": cookie.value, "url": address}])
    return context


def objections(page: Page) -> list[str]:
    """What axe finds wrong, and whether the page is wider than the phone."""
    found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the phone")
    return found


def look_at(app: Flask, browser: Browser, address: str, pages: list[str]) -> dict[str, list[str]]:
    """The objections to each page in two languages."""
    wrong = {}
    for language in ("nl", "fr"):
        context = enter(app, browser, address, language=language)
        page = context.new_page()
        for path in pages:
            answer = page.goto(address + path)
            assert answer is not None
            assert (path, answer.status) == (path, 200)
            for summary in page.locator("details > summary").all():
                summary.click()
            if found := objections(page):
                wrong[f"{language} {path}"] = found
        context.close()
    return wrong


def test_pages_when_looked_at_before_the_sign_off(app: Flask, chromium: Browser, address: str, clock: Clock) -> None:
    with transaction() as session:
        ids = attended(session)
        asked = request_late(session, SLUG, make_application(8), "Nog een plaats?", actor=FORM, now=CLOSES_AT)
        assert asked is not None
        decline(session, asked.id, "Helaas", actor=FORM, now=CLOSES_AT)
        for name, status in (("unreachable", "offered"), ("waiting", "waiting")):
            values = {"status": status, "offered_until": ENDS_AT, "cancelled_at": None}
            session.execute(sa.update(Registration).where(Registration.id == ids[name]).values(values))
        session.execute(sa.update(StudyDay).values(waiting=1, capacity=3))
    clock.set(CLOSES_AT)
    early = look_at(app, chromium, address, [URL + end.format(**ids) for end in BEFORE])
    clock.set(STARTS_AT)
    at_the_door = look_at(app, chromium, address, [f"{URL}/check-in", f"{URL}/check-in?letter=P"])
    clock.set(ENDS_AT)
    over = look_at(app, chromium, address, [f"{URL}/sign-off"])

    assert (early, at_the_door, over) == ({}, {}, {})


def test_pages_when_looked_at_after_the_sign_off(app: Flask, chromium: Browser, address: str, clock: Clock) -> None:
    with transaction() as session:
        ids = signed_off(session)
    day = "/finance/study-days/integratiebeleid"
    clock.set(ENDS_AT + timedelta(days=1))
    open_ones = look_at(app, chromium, address, [f"{URL}/sign-off", f"{URL}/charges", "/finance/", day])
    with transaction() as session:
        issue_invoices(session, ids["day"], force=True, actor=Actor("staff", "desk"), now=ENDS_AT)
    pages = [day, f"{URL}/charges", "/finance/invoices", "/finance/invoices?year=2024"]
    invoiced = look_at(app, chromium, address, pages)

    assert (open_ones, invoiced) == ({}, {})


def test_door_when_there_is_a_queue_takes_two_taps_a_person(
    app: Flask, chromium: Browser, address: str, clock: Clock
) -> None:
    with transaction() as session:
        attended(session)
    clock.set(STARTS_AT)
    context = enter(app, chromium, address, language="nl", role=Role.CHECKIN)
    page = context.new_page()
    page.goto(f"{address}{URL}/check-in")
    expect(page.get_by_role("searchbox")).to_be_focused()

    page.keyboard.type("hel ang")
    page.keyboard.press("Enter")
    found = page.get_by_role("button", name="Hélène Ångström")
    expect(found).to_be_in_viewport()
    found.click()

    expect(page.locator(".guest.here")).to_be_in_viewport()
    expect(page.locator(".guest.here")).to_contain_text("Aanwezig sinds 10:15")
    expect(page.locator(".counter")).to_have_text("2 van de 3 zijn er")
    page.get_by_role("link", name="Volgende").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.get_by_role("link", name="P", exact=True).click()
    expect(page.get_by_text("Peeters", exact=True)).to_be_in_viewport()
    context.close()
