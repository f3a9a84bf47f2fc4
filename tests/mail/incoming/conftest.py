from dataclasses import replace
from threading import Event

import pytest
from flask import Flask

from service.mail.incoming.watch import Watch
from service.settings import Settings
from tests.conftest import Clock
from tests.dovecot import Dovecot
from tests.mail.incoming.post import Look


@pytest.fixture
def settings(settings: Settings, dovecot: Dovecot) -> Settings:
    """As everywhere, but with a mailbox, read as over a network."""
    return replace(
        settings, mailbox_url=dovecot.url(tls=True), mail_ca_file=str(dovecot.authority.ca_file), mailbox_authserv_id=""
    )


@pytest.fixture
def look(app: Flask, settings: Settings, clock: Clock) -> Look:
    """Look into the mailbox once; with other settings, where some are given."""
    del app
    return lambda **changed: Watch(replace(settings, **changed), clock, Event()).once()
