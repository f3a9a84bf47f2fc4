"""A real IMAP server, Debian's dovecot, as the present user: on ports of 127.0.0.1 and a folder of its own."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

import pytest

from tests.authority import Authority

USER: Final = "desk"
PASSWORD: Final = "p@ss/w%rd"
CONFIG: Final = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
{more}
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """One that runs, with one mailbox; ``more`` are lines of configuration."""

    folder: Path
    authority: Authority
    more: str = ""
    plain_port: int = 0
    tls_port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Until it answers."""
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self.plain_port, self.tls_port = self.plain_port or free_port(), self.tls_port or free_port()
        user, group = self.owner()
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="ascii")
        (self.folder / "mail").mkdir(exist_ok=True)
        for path in (self.folder, self.folder / "mail"):
            path.chmod(0o755)
            shutil.chown(path, user, group)
        config = self.folder / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                folder=self.folder,
                user=user,
                group=group,
                more=self.more,
                plain_port=self.plain_port,
                tls_port=self.tls_port,
                certificate=self.authority.server_file,
                key=self.authority.key_file,
            ),
            encoding="utf-8",
        )
        self.process = subprocess.Popen([program, "-F", "-c", str(config)])
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self.client().logout()
            except (OSError, imaplib.IMAP4.error):
                assert self.process.poll() is None, self.log()
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.log())

    def owner(self) -> tuple[str, str]:
        """Whose processes and mails these are: our own; dovecot refuses to be root."""
        if os.getuid() == 0:
            return "nobody", "nogroup"
        return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name

    def stop(self) -> None:
        """It, and the sessions with it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def url(self, *, tls: bool = False, folder: str = "INBOX", password: str = PASSWORD) -> str:
        """As MAILBOX_URL has it."""
        scheme, port = ("imaps", self.tls_port) if tls else ("imap", self.plain_port)
        return f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}/{quote(folder)}"

    def client(self) -> imaplib.IMAP4:
        """A session of the test's own."""
        client = imaplib.IMAP4("127.0.0.1", self.plain_port, timeout=20)
        client.login(USER, PASSWORD)
        return client

    def deliver(self, *sources: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails there, as they are; ``at`` is when the server took them, its INTERNALDATE: now, if not said."""
        client, took = self.client(), imaplib.Time2Internaldate(at) if at else ""
        for source in sources:
            crlf = source.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            assert client.append(folder, "", took, crlf)[0] == "OK"
        client.logout()

    def folders(self) -> dict[str, int]:
        """How many mails lie in each."""
        client = self.client()
        _, listed = client.list()
        names = [
            line.split(b'" ', 1)[1].decode().strip('"')
            for line in listed
            if isinstance(line, bytes) and b"Noselect" not in line
        ]
        found = {name: int(client.select(f'"{name}"', readonly=True)[1][0] or 0) for name in names}
        client.logout()
        return {name: count for name, count in found.items() if count}

    def flagged(self, flag: str = "FLAGGED", folder: str = "INBOX") -> int:
        client = self.client()
        client.select(f'"{folder}"', readonly=True)
        found = client.search(None, flag)[1][0].split()
        client.logout()
        return len(found)

    def number_anew(self) -> None:
        """As after a repair: the mails are there, under other numbers and another UIDVALIDITY."""
        (self.folder / "mail" / USER / "dovecot-uidlist").unlink()
        for index in (self.folder / "mail" / USER).glob("dovecot.index*"):
            index.unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def make_dovecot(authority: Authority) -> Iterator["MakeDovecot"]:
    """Servers of one test."""
    if shutil.which("dovecot") is None and not Path("/usr/sbin/dovecot").exists():
        pytest.skip("no dovecot, the IMAP server")
    with TemporaryDirectory(prefix="dovecot", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # pytest's own folders are closed to others, also to whom dovecot runs as
        maker = MakeDovecot(folder, authority)
        yield maker
        for server in maker.made:
            server.stop()


@pytest.fixture
def dovecot(make_dovecot: "MakeDovecot") -> Dovecot:
    """One, as it comes."""
    return make_dovecot()


@dataclass
class MakeDovecot:
    """Starts servers."""

    folder: Path
    authority: Authority
    made: list[Dovecot] = field(default_factory=list)

    def __call__(self, more: str = "") -> Dovecot:
        folder = self.folder / f"dovecot{len(self.made)}"
        folder.mkdir()
        server = Dovecot(folder, self.authority, more)
        self.made.append(server)
        server.start()
        return server
