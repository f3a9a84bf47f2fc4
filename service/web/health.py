"""Whether the process is up, and whether it can work: for whoever watches the service."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from service.extensions import db
from service.migrations import alembic_config
from service.models import Heartbeat
from service.runtime import runtime
from service.web.clock import now

WORKER_SEEN_WITHIN: Final = timedelta(minutes=5)

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
            newest = ScriptDirectory.from_config(alembic_config(runtime().settings.database_url)).get_current_head()
            checks["migrated"] = MigrationContext.configure(connection).get_current_revision() == newest
            if checks["migrated"]:
                wanted = sa.select(Heartbeat.at).where(Heartbeat.name == "worker")
                seen = connection.execute(wanted).scalar_one_or_none()
                checks["worker"] = seen is not None and now() - seen < WORKER_SEEN_WITHIN
    except SQLAlchemyError:
        pass
    fine = all(checks.values())
    return {"status": "ok" if fine else "not ready", "checks": checks}, 200 if fine else 503
