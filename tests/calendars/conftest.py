from dataclasses import replace

import pytest

from service.settings import Settings
from tests.smtp import SmtpServer


@pytest.fixture
def settings(settings: Settings, smtp_server: SmtpServer) -> Settings:
    """As everywhere, but mail goes to the test's own server."""
    return replace(settings, mail_server="127.0.0.1", mail_port=smtp_server.port)
