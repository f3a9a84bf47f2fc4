"""The wiring: one application from settings and a clock."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask

from service import cli, web
from service.extensions import db, engine_options, mail
from service.links import Links
from service.runtime import KEY, Runtime
from service.settings import Settings, SettingsError
from service.web.clock import utc_now

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The application; without settings, those of the environment.

    :raises SettingsError: the environment is not complete.
    """
    settings = settings or Settings.from_env(os.environ)
    if settings.database_url.startswith("sqlite"):
        _make_folder(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    app = Flask(
        "service",
        root_path=str(ROOT / "service"),
        static_folder="web/static",
        static_url_path="/static",
        template_folder=str(ROOT / "templates"),
    )
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAIL_DEFAULT_SENDER=settings.mail_default_sender or settings.organiser_mailbox,
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_USE_SSL=settings.mail_use_ssl,
        MAIL_USERNAME=settings.mail_username,
        MAIL_PASSWORD=settings.mail_password,
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1_000,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,  # addresses of static files hold the hash of their content
    )
    app.extensions[KEY] = Runtime(settings, clock, Links(settings))
    db.init_app(app)
    mail.init_app(app)
    web.init_app(app)
    return app


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be made: {error.strerror}") from error


def web_app() -> Flask:
    """For gunicorn: a wrong setting is one line and exit status 2, not a traceback."""
    try:
        return create_app()
    except SettingsError as error:
        sys.stderr.write(f"studiedag: {error}\n")
        sys.exit(2)


def main() -> None:
    """The command ``studiedag``."""
    cli.main(create_app)
