"""The database goes while a mail is under way: what was sent stays sent."""

import threading
import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from service.extensions import BUSY_SECONDS, db, sqlite
from service.mail.delivery import Delivery
from service.settings import Settings
from tests.mail.outgoing import messages, queue
from tests.smtp import SmtpServer


def goes_away(url: str) -> None:
    """PostgreSQL ends all sessions but ours; SQLite is locked for longer than anybody waits."""
    if url.startswith("sqlite"):
        threading.Thread(target=lock, args=(url.removeprefix("sqlite:///"),)).start()
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with engine.connect() as connection:
        connection.execute(sa.text(f"{others} AND pid <> pg_backend_pid()")).all()
    engine.dispose()


def lock(path: str) -> None:
    """With the service's own library: two SQLites in one process would not see each other's locks."""
    with closing(sqlite.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(BUSY_SECONDS + 1)
        connection.execute("ROLLBACK")


@pytest.mark.slow
def test_mail_when_the_database_goes_during_it_is_recorded_and_not_sent_again(
    delivery: Delivery, smtp_server: SmtpServer, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    queue(2)

    def trouble() -> None:
        smtp_server.on_text = lambda: None
        goes_away(settings.database_url)
        time.sleep(0.2)

    smtp_server.on_text = trouble
    db.session.remove()
    delivery.batch()

    assert messages("state") == ["sent", "sending"]
    assert [mail.recipient for mail in smtp_server.mails] == ["an1@example.org"]
    assert caplog.messages == ["mail 1: the result cannot be recorded yet: " + caplog.messages[0].rpartition(" ")[2]]
