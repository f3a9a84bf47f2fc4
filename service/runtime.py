"""What one running service was given at its start, for the edges: settings, clock, links."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask.ctx import AppContext

from service.links import Links
from service.settings import Settings

KEY = "studiedag"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One per application; tests give their own clock."""

    settings: Settings
    clock: Callable[[], datetime]
    links: Links


def runtime() -> Runtime:
    """That of the current application."""
    found: Runtime = current_app.extensions[KEY]
    return found


def elsewhere() -> AppContext:
    """Another context of the same application, for a thread: what it does with the database is its own."""
    return current_app.app_context()
