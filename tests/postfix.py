"""A real mail server, Debian's postfix, on a port of 127.0.0.1: its settings, queue and log in a folder of its own.

It keeps the mailboxes of one domain as Maildirs, and hands the mail of another on to a server of the test's. Postfix
starts as root only; none of its own processes that sees a mail stays that.
"""

import contextlib
import os
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.dovecot import free_port
from tests.smtp import SmtpServer

HERE: Final = "vub.be"
"""The domain whose mailboxes it keeps."""
THERE: Final = "example.org"
"""The domain whose mail goes to the test's own server."""
MAIN: Final = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.{here}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = {here}
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
transport_maps = inline:{{ {there}=smtp:[127.0.0.1]:{sink} }}
smtp_tls_security_level = none
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
MASTER: Final = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """The server and its mailboxes."""

    folder: Path
    port: int
    boxes: tuple[str, ...]

    def arrived(self, name: str, seconds: float = 20) -> bytes:
        """The mail that came into a mailbox, by its name before the @, as it lies there: with bare line ends."""
        new, until = self.folder / "boxes" / name / "new", time.monotonic() + seconds
        while not (found := list(new.glob("*"))) and time.monotonic() < until:
            time.sleep(0.05)
        assert len(found) == 1, self.log()
        return found[0].read_bytes()

    def log(self) -> str:
        """What it says about itself."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def postfix(smtp_server: SmtpServer) -> Iterator[Postfix]:
    """Takes mail until the test ends; that for example.org goes on to ``smtp_server``."""
    program = shutil.which("postfix") or "/usr/sbin/postfix"
    if not Path(program).exists():
        pytest.skip("no postfix, the mail server")
    if os.getuid() != 0:
        pytest.skip("postfix, the mail server, starts as root only")
    # Its processes are not root: what lies in pytest's own folder would be out of their reach.
    with TemporaryDirectory(prefix="postfix", ignore_cleanup_errors=True) as name:
        server = Postfix(Path(name), free_port(), ("events_bsog", "els"))
        write(server, smtp_server.port)
        run = [program, "-c", name]
        subprocess.run([*run, "start"], check=True, capture_output=True)
        try:
            until_it_answers(server)
            yield server
        finally:
            subprocess.run([*run, "stop"], check=False, capture_output=True)


def write(server: Postfix, sink: int) -> None:
    """Its folder, as it wants it."""
    folder = server.folder
    folder.chmod(0o755)
    for name in ("queue", "data", "boxes"):
        (folder / name).mkdir()
    for name in ("data", "boxes"):
        shutil.chown(folder / name, "postfix", "postfix")
    owner = (folder / "data").stat()
    facts = {
        "folder": folder,
        "here": HERE,
        "there": THERE,
        "boxes": ", ".join(f"{box}@{HERE}={box}/" for box in server.boxes),
        "uid": owner.st_uid,
        "gid": owner.st_gid,
        "sink": sink,
        "port": server.port,
    }
    (folder / "main.cf").write_text(MAIN.format(**facts), encoding="ascii")
    (folder / "master.cf").write_text(MASTER.format(**facts), encoding="ascii")


def until_it_answers(server: Postfix) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", server.port, timeout=5) as session:
            session.noop()
            return
        time.sleep(0.05)
    raise AssertionError(server.log())
