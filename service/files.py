"""Files that are whole or not there: somebody who finds one by its name may rely on it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Final

STANDARD_OUTPUT: Final = Path("-")


@contextmanager
def complete_or_absent(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its name at the end, once it is on disk; readable by its owner alone.

    :raises OSError: the place cannot be written to; what was there before is untouched.
    """
    try:
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    unfinished = Path(name)
    try:
        yield unfinished
        os.fsync(descriptor)
        unfinished.replace(path)
    finally:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)


def deliver(content: bytes, path: Path) -> None:
    """Write a file, or to standard output where ``path`` is ``-``; a device or a pipe is written to as it is.

    :raises OSError: it cannot be written, or nobody reads it.
    """
    if path == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    real = path.resolve()
    if real.exists() and not real.is_file():
        real.write_bytes(content)
        return
    with complete_or_absent(real) as unfinished:
        unfinished.write_bytes(content)
