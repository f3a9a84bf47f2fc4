"""The wiring: the whole application from settings and a clock; what Gunicorn loads, hence nothing of the commands."""

import os
import sys
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import configure_mappers

from service import web
from service.core import core_app
from service.settings import Settings, SettingsError
from service.web.clock import utc_now


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The application; without settings, those of the environment.

    :raises SettingsError: the environment is not complete.
    """
    app = core_app(settings or Settings.from_env(os.environ), clock=clock)
    app.config.update(
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1_000,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,  # addresses of static files hold the hash of their content
    )
    web.init_app(app)
    return app


def web_app() -> Flask:
    """For gunicorn: a wrong setting is one line and exit status 2, not a traceback."""
    try:
        app = create_app()
    except SettingsError as error:
        sys.stderr.write(f"studiedag: {error}\n")
        sys.exit(2)
    configure_mappers()  # else each worker does so at its first page, in memory of its own: 7 MB
    return app
