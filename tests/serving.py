"""The application on a real port, for browsers and for whoever else speaks HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The application on a port of loopback, answering in threads of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where a browser finds the application: http://127.0.0.1:PORT."""
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"
