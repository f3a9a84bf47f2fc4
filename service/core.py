"""The application without its pages: settings, clock, database, mail. All that the worker needs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError

from service.extensions import db, engine_options, mail
from service.links import Links
from service.runtime import KEY, Runtime
from service.settings import Settings, SettingsError

ROOT = Path(__file__).resolve().parent.parent


class Application(Flask):
    """Flask, without asking nine times a request whether a function of ours is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def core_app(settings: Settings, *, clock: Callable[[], datetime]) -> Flask:
    """A Flask application that knows where everything is, and answers no request yet.

    :raises SettingsError: the folder of the database cannot be made.
    """
    if settings.database_url.startswith("sqlite"):
        _make_folder(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    app = Application(
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
    )
    app.extensions[KEY] = Runtime(settings, clock, Links(settings))
    db.init_app(app)
    app.teardown_appcontext(_let_go)
    mail.init_app(app)
    return app


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be made: {error.strerror}") from error


def _let_go(_error: BaseException | None) -> None:
    """End the session before Flask-SQLAlchemy does: a connection that died after the answer was made spoils none."""
    try:
        db.session.remove()
    except DBAPIError:
        db.session.registry.clear()  # the pool has dropped the connection already
