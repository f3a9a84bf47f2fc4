"""Whether the process is up, and whether it can work: for whoever watches the service."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from service.extensions import db
from service.models import SCHEMA, Heartbeat
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
    """The database answers and is of this version, and a worker was seen lately; 503 where one of them is not so."""
    checks = {"database": False, "migrated": False, "worker": False}
    try:
        with db.engine.connect() as connection:
            checks["database"] = True
            checks["migrated"] = connection.execute(VERSION).scalar_one_or_none() == SCHEMA
            if checks["migrated"]:
                wanted = sa.select(Heartbeat.at).where(Heartbeat.name == "worker")
                seen = connection.execute(wanted).scalar_one_or_none()
                checks["worker"] = seen is not None and now() - seen < WORKER_SEEN_WITHIN
    except SQLAlchemyError:
        pass
    fine = all(checks.values())
    return {"status": "ok" if fine else "not ready", "checks": checks}, 200 if fine else 503
