"""The worker as a program of its own, ``python -m service.mail``: without the pages, which would fill its memory."""

import os

from service.core import core_app
from service.mail.worker import run, utc_now
from service.settings import Settings

if __name__ == "__main__":
    with core_app(Settings.from_env(os.environ), clock=utc_now).app_context():
        run(once=False)
