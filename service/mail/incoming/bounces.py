"""Mails that say that ours did not arrive: reports (RFC 3464), and what older servers write instead of one."""

import re
from collections.abc import Iterator
from email import message_from_string
from typing import Final, Literal, cast

from service.mail.incoming.headers import MESSAGE_ID, Mail, fields, folded_address, line, message_ids
from service.mail.incoming.received import BounceReport
from service.mail.incoming.texts import content, enclosed, part_text, parts, tidy

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]

STATUS: Final = "message/delivery-status"
ACTIONS: Final = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
MOST_REPORTS: Final = 50
LONGEST_WORDS: Final = 500
QMAIL: Final = re.compile(r"^Hi\. This is the .{0,80}(?:program|deliver)", re.IGNORECASE)
_QMAIL_RECIPIENT: Final = re.compile(r"^<([^<>\s]+@[^<>\s]+)>:\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_OWN_ID: Final = re.compile(r"^[> ]*Message-ID:\s*(<[^<>\s]+>)", re.MULTILINE | re.IGNORECASE)
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
"""RFC 3463; not a piece of an IP address, which stands in most of these texts."""
_REPLY_CODE: Final = re.compile(r"\b([45])\d\d\b")


def bounces(mail: Mail) -> tuple[BounceReport, ...]:
    """One report for each recipient that is named, or one of nobody where none is; empty where the mail is none."""
    statuses = [part for part in parts(mail) if part.get_content_type() == STATUS]
    failed = [address for value in fields(mail, "X-Failed-Recipients") for address in value.split(",")]
    text = "" if statuses else _plain(mail)
    if not (statuses or failed or QMAIL.match(text)):
        return ()
    ours = _ours(mail)
    if statuses:
        found = [report for part in statuses for report in _of_report(part, ours)]
    elif failed:
        found = [_failed(address, text, ours) for address in failed]
    else:
        found = [_failed(address, words, ours) for address, words in _QMAIL_RECIPIENT.findall(text)]
    named = tuple(dict.fromkeys(report for report in found if report.recipient))[:MOST_REPORTS]
    return named or (_failed("", text, ours),)


def _of_report(part: Mail, ours: str) -> Iterator[BounceReport]:
    """The groups of fields after the first, one for each recipient (RFC 3464, 2.3)."""
    for group in enclosed(part):
        final, original, action, status, said = (
            str(group.get(name, ""))
            for name in ("Final-Recipient", "Original-Recipient", "Action", "Status", "Diagnostic-Code")
        )
        recipient = _typed_address(original) or _typed_address(final)
        did = action.strip().casefold()
        code = _STATUS.search(status) or _STATUS.search(said)
        if recipient and did in ACTIONS:
            yield BounceReport(
                message_id=ours,
                recipient=recipient,
                action=cast("Action", did),
                status=code.group() if code else "",
                words=line(said.partition(";")[2] or said, LONGEST_WORDS),
            )


def _typed_address(value: str) -> str:
    """``rfc822; an@example.org``, also without its type or in angle brackets."""
    return folded_address(value.rpartition(";")[2].strip().strip("<>"))


def _failed(address: str, words: str, ours: str) -> BounceReport:
    """What a text says: undeliverable for good, unless its own code says not yet."""
    code, reply = _STATUS.search(words), _REPLY_CODE.search(words)
    digit = code.group(1) if code else reply.group(1) if reply else "5"
    return BounceReport(
        message_id=ours,
        recipient=folded_address(address.strip().strip("<>")),
        action="delayed" if digit == "4" else "failed",
        status=code.group() if code else "",
        words=line(words, LONGEST_WORDS),
    )


def _ours(mail: Mail) -> str:
    """The Message-ID of the mail that came back: in what is attached, in a field that repeats it, or in the text."""
    for part in parts(mail):
        kind = part.get_content_type()
        if kind.startswith("message/") and kind != STATUS and (inner := enclosed(part)):
            found = message_ids(inner[0], "Message-ID")
        elif kind == "text/rfc822-headers":
            found = message_ids(message_from_string(part_text(part).lstrip()), "Message-ID")
        else:
            continue
        if found:
            return found[0]
    copied = _OWN_ID.search(_plain(mail))
    if copied and MESSAGE_ID.fullmatch(copied.group(1)):
        return copied.group(1)
    named = message_ids(mail, "X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References")
    return named[-1] if named else ""


def _plain(mail: Mail) -> str:
    """All of its text, also what follows the words: some append the whole mail there."""
    return "\n".join(
        tidy(part_text(part)) for part in parts(mail) if part.get_content_type() == "text/plain" and content(part)
    )
