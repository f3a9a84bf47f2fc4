"""Whether the process is up, and whether it can work: for whoever watches the service."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from service.extensions import db
from service.models import SCHEMA, Heartbeat
from service.reports.alarms import mail_in_figures, mailbox_in_figures
from service.web.clock import now

WORKER_SEEN_WITHIN: Final = timedelta(minutes=5)

VERSION: Final = sa.text("SELECT version_num FROM alembic_version")

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz")
def ready() -> tuple[dict[str, Any], int]:
    """The database answers and is of this version, and a worker was seen lately; 503 where one of them is not so.

    ``mail`` is for alarms: a dead letter or a mail server that is away is no reason to send visitors elsewhere.
    """
    checks = {"database": False, "migrated": False, "worker": False}
    mail: dict[str, int] = {}
    try:
        with db.engine.connect() as connection:
            checks["database"] = True
            checks["migrated"] = connection.execute(VERSION).scalar_one_or_none() == SCHEMA
            if checks["migrated"]:
                wanted = sa.select(Heartbeat.at).where(Heartbeat.name == "worker")
                seen = connection.execute(wanted).scalar_one_or_none()
                checks["worker"] = seen is not None and now() - seen < WORKER_SEEN_WITHIN
                mail = mail_in_figures(connection, now=now()) | mailbox_in_figures(connection, now=now())
    except SQLAlchemyError:
        pass
    fine = all(checks.values())
    return {"status": "ok" if fine else "not ready", "checks": checks, "mail": mail}, 200 if fine else 503
