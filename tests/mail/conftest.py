from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_mail import Mail

from service.mail.delivery import Delivery
from service.mail.transport import SmtpTransport
from service.runtime import runtime
from service.settings import Settings
from tests.mail.sessions import PATIENT, Connect, Times
from tests.smtp import SmtpServer


@pytest.fixture
def settings(settings: Settings, smtp_server: SmtpServer) -> Settings:
    """As everywhere, but mail goes to the test's own server."""
    return replace(settings, mail_server="127.0.0.1", mail_port=smtp_server.port)


@pytest.fixture
def make_delivery(app: Flask, smtp_server: SmtpServer) -> Iterator[Callable[..., Delivery]]:
    """Workers' deliveries, each with a session of its own; those that a server lets wait are made `IMPATIENT`."""
    made = []

    def make(times: Times = PATIENT, **overrides: Any) -> Delivery:
        transport = SmtpTransport(app.extensions["mail"], **times)
        made.append(transport)
        return Delivery(**{"transport": transport, "links": runtime().links, "clock": runtime().clock, **overrides})

    yield make
    smtp_server.stopped.set()
    for transport in made:
        transport.close()


@pytest.fixture
def delivery(make_delivery: Callable[..., Delivery]) -> Delivery:
    return make_delivery()


@pytest.fixture
def connect(smtp_server: SmtpServer) -> Iterator[Connect]:
    """A transport to a server, by default that of the test; it is closed at the end."""
    made = []

    def connect(
        server: SmtpServer = smtp_server, ca_file: str = "", times: Times = PATIENT, **config: Any
    ) -> SmtpTransport:
        app = Flask(__name__)
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port, **config)
        Mail(app)
        transport = SmtpTransport(app.extensions["mail"], ca_file=ca_file, **times)
        made.append(transport)
        return transport

    yield connect
    smtp_server.stopped.set()
    for transport in made:
        transport.close()
