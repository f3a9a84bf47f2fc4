"""A real Chromium for tests marked `browser`: the system's own, without its habits of calling home."""

import os
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.left_out import find_browser

QUIET: Final = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; `browser.new_context(locale=…, color_scheme=…, viewport=…)` makes a visitor."""
    sandbox = os.geteuid() != 0  # Chromium refuses its sandbox to root, as whom CI may run
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=sandbox, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a new visitor, without cookies of anybody else."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()
