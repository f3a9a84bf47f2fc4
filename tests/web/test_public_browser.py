"""What people with a browser meet: no barrier that a machine finds, no breach of our own policy, little to load."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page
from sqlalchemy.engine import make_url

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.cancel import cancel
from service.usecases.register import register
from service.usecases.transfer import invite_colleague
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, make_application
from tests.conftest import Clock
from tests.web.days import arrange

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

FORM: Final = Actor("attendee", "form")
LINK: Final = Actor("attendee", "link")
QUESTIONS: Final[list[Any]] = [
    {
        "id": "a",
        "kind": "choice",
        "label": {"nl": "Groep?"},
        "required": True,
        "options": [{"value": "x", "label": {}}],
    },
    {"id": "b", "kind": "yes_no", "label": {"en": "Lunch?"}},
    {"id": "c", "kind": "text", "label": {"fr": "Question ?"}},
]
SESSIONS: Final[list[Any]] = [
    {"starts_at": STARTS_AT.isoformat(), "ends_at": ENDS_AT.isoformat(), "title": {"nl": "Onthaal"}, "room": "Foyer"}
]
DAY: Final[dict[str, Any]] = {
    "summary": {"nl": "Een *samenvatting*"},
    "description": {"en": "### A heading\n\n- one\n- [two](https://example.org)"},
    "sessions": SESSIONS,
    "partners": [{"name": "AMIF", "url": "https://example.org", "role": "funder"}],
    "project": {"name": "IncluCities", "period": "2020–2022", "funder": "AMIF"},
    "materials": [{"title": "Dia’s", "url": "https://example.org/x", "kind": "slides", "language": "nl"}],
    "questions": QUESTIONS,
}
PHASES: Final[dict[str, dict[str, Any]]] = {
    "open": {},
    "full": {"capacity": 1, "taken": 1},
    "no-seat": {"capacity": 1, "taken": 1, "waiting_list": False},
    "announced": {"opens_at": NOW + timedelta(days=1)},
    "closed": {
        "closes_at": NOW - timedelta(days=1),
        "free_cancellation_until": NOW - timedelta(days=2),
        "mailbox": "studiedag@localhost.localdomain",
    },
    "over": {
        "closes_at": NOW - timedelta(days=9),
        "free_cancellation_until": NOW - timedelta(days=9),
        "starts_at": NOW - timedelta(days=8),
        "ends_at": NOW - timedelta(days=7),
    },
    "off": {"cancelled_at": NOW},
    "at-once": {"free_cancellation_until": NOW - timedelta(days=2)},
}
PUBLIC: Final = (
    "",
    *PHASES,
    "open/register",
    "full/register",
    "no-seat/register",
    "at-once/register",
    "closed/register",
    "closed/late-request",
    "open/late-request",
    "open/registered/confirmed",
    "full/registered/waiting",
    "closed/late-request/sent",
    "nothing-there",
)


@pytest.fixture
def days(app: Flask) -> None:
    """One study day in each phase."""
    del app  # its context is what arrange() works in
    organiser = arrange(slug="first", **DAY).organiser
    for slug, values in PHASES.items():
        arrange(slug=slug, organiser=organiser, **{**DAY, **values})


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor with a phone, by day and by night."""
    scheme: Literal["light", "dark"] = request.param
    context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def faults(page: Page, address: str) -> list[str]:
    """What axe finds on a page, what the page logs, and whether it is wider than a phone."""
    logged: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:  # Chromium logs every 404 and 409 so, also ours
            logged.append(message.text)

    page.on("console", keep)
    page.goto(address)
    return [*logged, *found(page)]


def found(page: Page) -> list[str]:
    """What axe finds on the page as it is, and whether it is wider than a phone."""
    violations = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    named = [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in violations]
    return named + (["wider than the screen"] if wide else [])


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_public_pages_when_axe_looks_are_without_barriers(page: Page, address: str, language: str) -> None:
    assert {path: said for path in PUBLIC if (said := faults(page, f"{address}/{language}/{path}"))} == {}


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_form_when_refused_is_without_barriers_and_begins_at_the_summary(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}/{language}/open/register")
    page.fill("#f-first_name", "An")
    page.click("button[type=submit]")

    assert page.evaluate("document.activeElement.id") == "errors"
    assert found(page) == []
    page.click("#errors a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "f-last_name"
    assert page.input_value("#f-first_name") == "An"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_own_pages_when_axe_looks_are_without_barriers(page: Page, address: str, clock: Clock, language: str) -> None:
    arrange(capacity=2, **DAY)
    with transaction() as session:
        for number in range(4):
            who = make_application(number, language=language, answers={"a": "x"}, dietary="halal, noten")
            register(session, "integratiebeleid", who, actor=FORM, now=NOW)
        transfer = invite_colleague(session, 1, "els@stad.example", language, actor=LINK, now=NOW).id
        cancel(session, 2, channel=Channel.LINK, actor=LINK, now=FREE_UNTIL)
    clock.set(FREE_UNTIL)
    links = runtime().links
    confirmed, cancelled, offered, waiting = (f"/r/{links.own_token(number)}" for number in range(1, 5))
    paths = [confirmed, *(f"{confirmed}/{name}" for name in ("cancel", "edit", "transfer", "not-me"))]
    paths += [cancelled, f"{cancelled}/cancel", offered, f"{offered}/accept", f"{offered}/cancel"]
    paths += [waiting, f"{waiting}/cancel", f"/r/{links.colleague_token(transfer)}", "/r/x"]

    assert {path: said for path in paths if (said := faults(page, address + path))} == {}


@pytest.mark.usefixtures("days")
def test_form_when_loaded_is_light(page: Page, address: str) -> None:
    loaded: dict[str, int] = {}
    page.on("response", lambda answer: loaded.update({answer.url: len(answer.body())}))

    page.goto(f"{address}/nl/open/register", wait_until="networkidle")

    assert {make_url(url).host for url in loaded} == {"127.0.0.1"}
    assert len(loaded) <= 4
    assert sum(loaded.values()) <= 60_000


@pytest.mark.usefixtures("days")
def test_form_when_used_by_finger_has_targets_of_44_pixels(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/open/register")

    sizes = page.eval_on_selector_all(
        "main :is(input:not([type=hidden], [type=checkbox], [tabindex='-1']), select, textarea), .button, nav a",
        "all => all.map(one => Math.min(one.getBoundingClientRect().height, one.getBoundingClientRect().width))",
    )

    assert min(sizes) >= 44
