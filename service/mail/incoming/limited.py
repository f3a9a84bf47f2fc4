"""Parsing in a process of its own, with limits on time and memory: what breaks it puts one mail aside, and no more."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Final, Self

from service.mail.incoming.received import Reason, ReceivedMail, UnreadableError
from service.mail.incoming.wire import unpacked

MOST_SECONDS: Final = 10.0
"""By the clock on the wall, for one mail."""
LONGEST_ANSWER: Final = 4 * 1024 * 1024
ROOT: Final = Path(__file__).parents[3]


class Parser:
    """One such process for many mails, for starting one takes longer than most mails; a new one where it has died."""

    def __init__(self, *, trusted: str = "", seconds: float = MOST_SECONDS) -> None:
        self._trusted, self._seconds = trusted, seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, chunks: Iterable[bytes], *, identity: str, received_at: datetime) -> ReceivedMail:
        """The mail whose source these chunks are.

        :raises UnreadableError: it cannot be read within the limits; the next one can.
        :raises OSError: no process can be started; or what ``chunks`` raises.
        """
        try:
            return self._understood(self._asked(chunks, identity, received_at))
        except BaseException:
            self.close()  # it may be in the middle of something
            raise

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate()
            self._process = None

    def _asked(self, chunks: Iterable[bytes], identity: str, received_at: datetime) -> bytes:
        """The answer to one question; nothing where the process has died of it."""
        process = self._running()
        asked = {"identity": identity, "received_at": received_at.isoformat(), "trusted": self._trusted}
        said = b""
        with contextlib.suppress(BrokenPipeError):
            self._say(process, json.dumps(asked).encode() + b"\n")
            for chunk in chunks:
                if chunk:
                    self._say(process, b"%d\n" % len(chunk) + chunk)
            self._say(process, b"0\n")
            with self._ended_in_time(process):
                said = process.stdout.readline(LONGEST_ANSWER) if process.stdout else b""
        return said

    def _understood(self, said: bytes) -> ReceivedMail:
        reason: Reason = "broke_the_parser"
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            answer = json.loads(said)
            if "unreadable" not in answer:
                return unpacked(said)
            reason = answer["unreadable"]
        raise UnreadableError(reason)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "service.mail.incoming.parser"],
                env={"PYTHONPATH": path, "LC_ALL": "C.UTF-8", "PATH": os.defpath},  # no secrets of the worker
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _say(self, process: subprocess.Popen[bytes], octets: bytes) -> None:
        with self._ended_in_time(process):
            if process.stdin is not None:
                process.stdin.write(octets)
                process.stdin.flush()

    @contextmanager
    def _ended_in_time(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Whatever is waited for ends, one way or the other."""
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
