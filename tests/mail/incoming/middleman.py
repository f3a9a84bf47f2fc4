"""Somebody between the worker and its IMAP server, who can make them wait, or part them, at a chosen word."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Middleman:
    """Passes on what both say. ``word``: heard from the worker; from then on ``silent``, or the line is cut."""

    def __init__(self, port: int, word: bytes = b"\0", *, cut: bool = False) -> None:
        self._to, self._word, self._cut = port, word, cut
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.heard = threading.Event()
        self.passed = 0  # octets, from the server
        self._lines: list[socket.socket] = []

    @contextmanager
    def running(self) -> Iterator["Middleman"]:
        threading.Thread(target=self._open, daemon=True).start()
        yield self
        self._door.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _open(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                worker, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._lines += [worker, server]
                for one, other in ((worker, server), (server, worker)):
                    threading.Thread(target=self._pass, args=(one, other, one is worker), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, from_worker: bool) -> None:
        with contextlib.suppress(OSError):
            while said := one.recv(65536):
                if from_worker and self._word in said:
                    self.heard.set()
                    if not self._cut:
                        return
                    break
                if not from_worker:
                    self.passed += len(said)
                other.sendall(said)
            for line in (one, other):
                line.shutdown(socket.SHUT_RDWR)


@contextmanager
def dripping(greeting: bytes = b"* OK soon") -> Iterator[int]:
    """A server that says one octet every now and then, and never comes to the end; its port."""
    door, stopped = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            line, _ = door.accept()
            with line:
                for octet in greeting * 1_000:
                    if stopped.wait(0.05):
                        return
                    line.sendall(bytes([octet]))

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield int(door.getsockname()[1])
    stopped.set()
    thread.join()
    door.close()
