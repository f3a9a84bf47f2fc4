"""Our folders in a mailbox that is somebody else's: made where they are missing, never deleted.

They lie below one of our name, ``Studiedag/Calendar replies``: with the server's own separator, and inside INBOX where
the server keeps all folders of a person there (RFC 2342).
"""

import re
from typing import Final

from imap_tools.errors import MailboxFolderCreateError

from service.mail.incoming.connection import Connection

PARENT: Final = "Studiedag"
_PERSONAL: Final = re.compile(rb'^\(\("((?:[^"\\]|\\.)*)" (?:"(\\?.)"|NIL)')


class Folders:
    """Those of one session; each is looked for once."""

    def __init__(self, connection: Connection, can: frozenset[str]) -> None:
        self._connection, self._can = connection, can
        self._names: dict[str, str] = {}
        self._before: str | None = None

    def ready(self, name: str) -> str:
        """The full name of our folder ``name``, which exists.

        :raises ImapToolsError: the server does not make it.
        """
        if name not in self._names:
            full = f"{self._prefix()}{name}"
            self._make(full)
            self._names[name] = full
        return self._names[name]

    def _make(self, full: str) -> None:
        folder = self._connection.folder
        if folder.exists(full):
            return
        try:
            folder.create(full)
        except MailboxFolderCreateError:
            if not folder.exists(full):  # else another worker was faster
                raise
        folder.subscribe(full, value=True)

    def _prefix(self) -> str:
        """What comes before our names."""
        if self._before is None:
            inside, separator = self._namespace()
            self._before = f"{inside}{PARENT}{separator or ' - '}"
        return self._before

    def _namespace(self) -> tuple[str, str]:
        """Where folders of this person begin, and what separates levels; nothing where there are none."""
        if "NAMESPACE" in self._can:
            _, told = self._connection.client.namespace()
            if told and told[0] and (found := _PERSONAL.match(told[0])):
                return found.group(1).decode("ascii"), (found.group(2) or b"").decode("ascii")[-1:]
        roots = self._connection.folder.list("", "")
        delimiter = roots[0].delim if roots else "/"
        return "", "" if delimiter == "NIL" else delimiter
