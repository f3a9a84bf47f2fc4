import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


@pytest.mark.browser
def test_axe_when_page_lacks_a_language_says_so(page: Page) -> None:
    page.set_content("<!doctype html><title>A page</title><main><h1>A page</h1></main>")

    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == ["html-has-lang"]
