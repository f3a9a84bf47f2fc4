"""Pictures of every letter in every language, on phones and on a desk, by day and by night: to be looked at.

    .venv/bin/python -m tools.letters FOLDER [LETTER ...]

One file for each letter, width and light, in which its five languages stand side by side.
"""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from markupsafe import Markup
from playwright.sync_api import Browser, Page, sync_playwright

from service.letters.facts import AboutDay, DayFacts, PersonFacts
from service.letters.writing import ABOUT, sample_of, write
from service.locale import LANGUAGES

WIDTHS: Final = (320, 360, 700)
LIGHTS: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
GAP: Final = 12
FRAME: Final = Markup('<iframe srcdoc="{}" width="{}" style="border:0;flex:none"></iframe>')
ROW: Final = Markup('<body style="margin:0;display:flex;gap:{}px;align-items:flex-start;background:#888">{}</body>')
DAY: Final = DayFacts(
    title="Samenwerken aan een participatief lokaal integratiebeleid in kleine en middelgrote steden",
    starts_at=datetime(2023, 3, 31, 8, 15, tzinfo=UTC),
    ends_at=datetime(2023, 3, 31, 15, 0, tzinfo=UTC),
    zone="Europe/Brussels",
    organiser="Brussels School of Governance",
    mailbox="events_bsog@vub.be",
    page_url="https://studiedag.example/nl/integratiebeleid",
    place="KBR, Kunstberg 28, 1000 Brussel",
    fee_cents=1500,
    free_cancellation_until=datetime(2023, 3, 19, 23, 0, tzinfo=UTC),
)


def main(arguments: list[str]) -> int:
    """Make the pictures; 2 for a wrong call."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not arguments or set(arguments[1:]) - set(ABOUT) or browser_path is None:
        print("usage: python -m tools.letters FOLDER [LETTER ...] (with a Chromium on the path)", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, chromium_sandbox=False)
        for letter in arguments[1:] or ABOUT:
            for width in WIDTHS:
                for light in LIGHTS:
                    picture(browser, letter, width, light, folder / f"{letter}-{width}-{light}.png")
        browser.close()
    return 0


def picture(browser: Browser, letter: str, width: int, light: Literal["light", "dark"], file: Path) -> None:
    """One letter in all languages, each as wide as that screen."""
    frames = [FRAME.format(html(letter, language), width) for language in LANGUAGES]
    page = browser.new_page(viewport={"width": (width + GAP) * len(frames), "height": 400}, color_scheme=light)
    page.set_content(ROW.format(GAP, Markup("").join(frames)))
    as_high_as_they_are(page)
    page.screenshot(path=file, full_page=True)
    page.close()


def html(letter: str, language: str) -> str:
    """The letter about the model case, to somebody invented."""
    reader = PersonFacts(email="an@stad.example", language=language)
    return write(letter, sample_of(letter, AboutDay(decided_at=DAY.starts_at, person=reader, day=DAY))).html


def as_high_as_they_are(page: Page) -> None:
    """Frames do not grow with what stands in them."""
    page.evaluate(
        "document.querySelectorAll('iframe')"
        ".forEach(frame => frame.height = frame.contentDocument.documentElement.scrollHeight)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
