"""How Gunicorn serves Studiedag: `gunicorn`, from this folder."""

import gc
import os
from pathlib import Path

from gunicorn.arbiter import Arbiter

gc.disable()  # until all is loaded: to look for garbage among what stays costs a quarter of the start

wsgi_app = "service.app:web_app()"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Processes, not threads: with SQLite threads raise the slowest answers fivefold.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "sync"
preload_app = True  # imported once, memory shared
timeout = 30
graceful_timeout = 20

# The heartbeat of a worker must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - not a path of ours to guess

# Longest honest request line: a search on the desk. Answered 400 or 431 before the application sees anything.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The application alone decides whom it believes about the client (TRUSTED_PROXIES).
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

control_socket_disable = True  # it would lie in the home folder, one for all installations
proc_name = "studiedag"


def when_ready(_server: Arbiter) -> None:
    """Keep the collector's marks off the pages that workers share; what is garbage by now is too little to look for."""
    gc.freeze()
    gc.enable()
