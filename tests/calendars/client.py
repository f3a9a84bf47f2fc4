"""A calendar program: two independent readers of calendar objects, and what RFC 5546 has a client do with them."""

import email
import json
import os
import shutil
import subprocess
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any, Final

import pytest
import vobject

SCRIPT: Final = Path(__file__).with_name("reader.mjs")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar object as somebody's calendar program understands it; times in seconds since 1970."""

    method: str
    uid: str
    sequence: int
    stamped: int
    starts: int
    ends: int
    title: str
    place: str
    conference: str
    status: str
    organizer: str
    attendee: str


Reader = Callable[[bytes], Invitation]
Entry = tuple[str, int, int, str, str, str, str]
"""What the owner of a calendar sees: UID, start, end, title, place, where to join online, and whom answers go to."""
Shown = dict[str, set[Entry]]
"""By the address of the owner."""


def by_vobject(source: bytes) -> Invitation:
    """As vobject reads it; CONFERENCE is younger than vobject, which cuts it short."""
    calendar = vobject.readOne(source.decode())
    (event,) = calendar.vevent_list

    def text(name: str) -> str:
        return str(event.getChildValue(name, ""))

    def instant(name: str) -> int:
        return int(event.getChildValue(name).timestamp())

    return Invitation(
        method=calendar.method.value,
        uid=text("uid"),
        sequence=int(text("sequence")),
        stamped=instant("dtstamp"),
        starts=instant("dtstart"),
        ends=instant("dtend"),
        title=text("summary"),
        place=text("location"),
        conference="",
        status=text("status"),
        organizer=text("organizer").removeprefix("mailto:"),
        attendee=text("attendee").removeprefix("mailto:"),
    )


@contextmanager
def by_ical_js() -> Iterator[Reader]:
    """As ical.js reads it, in one Node for all objects; skips the test where there is none."""
    node = shutil.which("node")
    if node is None or "ICAL_JS" not in os.environ:
        pytest.skip("ICAL_JS names no ical.js, or there is no node to run it")
    with subprocess.Popen([node, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asked, answers = process.stdin, process.stdout
        assert asked is not None
        assert answers is not None

        def read(source: bytes) -> Invitation:
            asked.write(f"{b64encode(source).decode()}\n")
            asked.flush()
            found: dict[str, Any] = json.loads(answers.readline())
            return Invitation(**found)

        yield read
        asked.close()


def object_in(mail: bytes) -> bytes | None:
    """The calendar object of a mail, as the standard library's parser finds it; None where there is none."""
    message = email.message_from_bytes(mail, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            found = part.get_payload(decode=True)
            assert isinstance(found, bytes)
            return found
    return None


@dataclass(slots=True)
class Calendar:
    """Somebody's calendar: per UID the newest object counts, whenever it comes and however often (RFC 5546, 2.1.5).

    ``stamps``: whether DTSTAMP decides between two of the same SEQUENCE; there are programs that take what comes last.
    """

    stamps: bool = True
    newest: dict[str, Invitation] = field(default_factory=dict)

    def receive(self, invitation: Invitation) -> None:
        """Take in what a mail says; REQUEST and CANCEL alike, so that an old REQUEST brings nothing back."""
        known = self.newest.get(invitation.uid)
        if known is None or self._age(known) <= self._age(invitation):
            self.newest[invitation.uid] = invitation

    def shown(self) -> set[Entry]:
        """All that stands in it."""
        return {
            (one.uid, one.starts, one.ends, one.title, one.place, one.conference, one.organizer)
            for one in self.newest.values()
            if one.method == "REQUEST"
        }

    def _age(self, invitation: Invitation) -> tuple[int, int]:
        return invitation.sequence, invitation.stamped if self.stamps else 0


class Calendars:
    """The calendars of all attendees."""

    def __init__(self, invitations: Iterable[Invitation] = (), *, stamps: bool = True) -> None:
        self.by_owner: defaultdict[str, Calendar] = defaultdict(lambda: Calendar(stamps))
        self.receive(invitations)

    def receive(self, invitations: Iterable[Invitation]) -> None:
        """Each goes to whom it invites, in this order."""
        for invitation in invitations:
            self.by_owner[invitation.attendee].receive(invitation)

    def shown(self) -> Shown:
        """What stands in all that are not empty."""
        return {owner: entries for owner, calendar in self.by_owner.items() if (entries := calendar.shown())}
