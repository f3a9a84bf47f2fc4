"""The limited process: reads mails from its standard input one by one, and says what they are, each in one line.

It is told no database and no password, writes no file and starts no process: a mail that breaks it breaks nothing else.
It runs as the worker's user all the same, so this holds back a mistake, and not somebody who takes it over. For each
mail it gets a line of JSON (``identity``, ``received_at``, ``trusted``), chunks of the source, each behind a line with
its length, and a length of 0. The answer is one line: the mail, or ``{"unreadable": reason}``. After an answer of the
second kind it ends, for nobody knows what state it is in.
"""

import json
import resource
import sys
from datetime import datetime
from typing import BinaryIO, Final

from service.mail.incoming.reading import read
from service.mail.incoming.received import UnreadableError
from service.mail.incoming.wire import packed

MOST_MEMORY: Final = 512 * 1024 * 1024
MOST_SECONDS: Final = 5
"""Of computing time, for one mail."""
LONGEST_LINE: Final = 10_000


def limit() -> None:
    """What holds for all of this process."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),  # it answers through a pipe
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)  # nobody may raise what the system set
        resource.setrlimit(what, (least, least))


def limit_next() -> None:
    """The computing time of the next mail, counted from what was used so far; the kernel ends whoever takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard == resource.RLIM_INFINITY else min(seconds, hard), hard))


def source_of(stdin: BinaryIO) -> bytes:
    """All chunks of one mail."""
    chunks = []
    while length := int(stdin.readline(LONGEST_LINE)):
        chunks.append(stdin.read(length))
    return b"".join(chunks)


def answer(stdin: BinaryIO, head: bytes) -> tuple[bytes, bool]:
    """The line to say, and whether this process may go on."""
    try:
        asked = json.loads(head)
        received_at = datetime.fromisoformat(asked["received_at"])
        source = source_of(stdin)
        mail = read(source, identity=asked["identity"], received_at=received_at, trusted=asked["trusted"])
        return packed(mail), True
    except UnreadableError as error:
        reason: str = error.reason
    except Exception:  # noqa: BLE001 - recursion, memory, whatever the libraries did not think of
        reason = "broke_the_parser"
    return json.dumps({"unreadable": reason}).encode(), False


def main() -> None:
    """Until nobody asks any more."""
    limit()
    going = True
    while going and (head := sys.stdin.buffer.readline(LONGEST_LINE)):
        limit_next()
        said, going = answer(sys.stdin.buffer, head)
        sys.stdout.buffer.write(said + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
