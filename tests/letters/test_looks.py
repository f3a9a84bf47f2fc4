"""Letters in a real browser: nothing sticks out on the smallest phone, and all can read them, by day and by night."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from service.letters.printing import printed
from service.letters.sheet import Button, Either, Sheet
from service.letters.writing import ABOUT, write
from tests.letters.samples import make_about, make_day, make_person

pytestmark = pytest.mark.browser
SMALLEST = 320
LONG = "https://video.example/" + "a" * 200
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


def test_letter_when_its_reader_needs_large_text_still_fits(small_page: Page) -> None:
    widths, sizes = {}, set()
    for name in ABOUT:
        small_page.set_content(long_letter(name))
        small_page.add_style_tag(content="html { font-size: 200% }")
        widths[name] = small_page.evaluate("document.documentElement.scrollWidth")
        sizes.add(small_page.evaluate("getComputedStyle(document.querySelector('p')).fontSize"))

    assert widths == dict.fromkeys(ABOUT, SMALLEST)
    assert sizes == {"32px"}


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_letter_when_read_in_any_light_has_no_barrier(small_page: Page, language: str) -> None:
    found = {}
    for name in ABOUT:
        small_page.set_content(write(name, make_about(name, person=make_person(language=language))).html)
        found[name] = [violation["id"] for violation in Axe().run(small_page, options=ALLOWED).response["violations"]]

    assert {name: barriers for name, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize(("width", "rows"), [(SMALLEST, 2), (700, 1)])
def test_choice_when_offered_shows_two_equal_buttons(small_page: Page, width: int, rows: int) -> None:
    choice = Either(
        Button("I am coming", "https://a.example/1"), Button("I cannot come after all", "https://a.example/2")
    )
    small_page.set_viewport_size({"width": width, "height": 640})
    small_page.set_content(printed(Sheet("en", "s", "h", "g", (choice,), "o", "m@a.example", "q")).html)

    boxes = [button.bounding_box() for button in small_page.locator(".button").all()]

    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1
    assert len({box["y"] for box in boxes if box}) == rows
