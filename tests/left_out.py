"""Says at the end of a run what it left out, and why; where `CI` is set, leaving anything out is a failure."""

import os
import shutil
from collections import Counter
from typing import Final

import pytest

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """The Chromium of this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_browser() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium was found"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # one of several processes, which report to the first
        return
    assert isinstance(reporter, pytest.TerminalReporter)
    if os.environ.get("CI") and left_out(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if reasons := left_out(terminalreporter):
        terminalreporter.section("left out, which CI does not allow" if os.environ.get("CI") else "left out")
        for reason in reasons:
            terminalreporter.line(reason, yellow=True)


def left_out(reporter: pytest.TerminalReporter) -> list[str]:
    """One line for each reason; deselecting by hand is no surprise to anybody and not listed."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", []))
    return [f"{number} test{'s' if number > 1 else ''}: {reason}" for reason, number in reasons.items()]
