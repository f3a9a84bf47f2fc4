"""Letters in a real browser: nothing sticks out on the smallest phone, and all can read them, by day and by night."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from service.letters.writing import ABOUT, write
from tests.letters.samples import make_about, make_day, make_person

pytestmark = pytest.mark.browser
SMALLEST = 320
LONG = "https://video.example/" + "a" * 200
ALL_KINDS_OF_BLOCKS = ("confirmed", "study_day_changed", "declined")
ALLOWED = {"rules": {name: {"enabled": False} for name in ("landmark-one-main", "region")}}  # of pages, not of mails


@pytest.fixture(params=["light", "dark"])
def small_page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": SMALLEST, "height": 640}, color_scheme=request.param)
    yield context.new_page()
    context.close()


def long_letter(name: str) -> str:
    person = make_person(language="de")
    day = {} if name == "sign_in" else {"day": make_day(title="Z" * 150, online_url=LONG)}
    return write(name, make_about(name, person=person, **day)).html


def test_letter_when_on_a_small_screen_fits(small_page: Page) -> None:
    widths = {}
    for name in ABOUT:
        small_page.set_content(long_letter(name))
        widths[name] = small_page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(ABOUT, SMALLEST)


@pytest.mark.parametrize("name", ALL_KINDS_OF_BLOCKS)
def test_letter_when_read_in_any_light_has_no_barrier(small_page: Page, name: str) -> None:
    small_page.set_content(long_letter(name))

    found = Axe().run(small_page, options=ALLOWED)

    assert found.violations_count == 0, found.generate_report()
