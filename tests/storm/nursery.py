"""Workers by the hundred: one process loads their code, and each line that it reads forks one that runs it.

A worker's life is what the command ``studiedag worker`` leads once it has started; only its start is quicker.
"""

import os
import signal
import sys

from service.core import core_app
from service.mail.worker import run, utc_now
from service.settings import Settings


def bear() -> None:
    """Be a worker until killed."""
    with core_app(Settings.from_env(os.environ), clock=utc_now).app_context():
        run(once=False)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                bear()
            finally:
                os._exit(1)
        print(child, flush=True)
