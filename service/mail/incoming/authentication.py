"""What our own mail server found out about the From of a mail (RFC 8601); a stranger's findings count for nothing.

Servers write theirs on top. With the name under which ours writes, its fields are those above the first one of anybody
else; without a name the topmost is taken for it. Either may warn us of a forgery. Nothing that it finds makes us trust
a sender more than one of whom it says nothing, for many servers say nothing of anybody.
"""

import re
from itertools import takewhile
from typing import Final, Literal

from service.mail.incoming.headers import LONGEST_FIELD, Mail, fields, uncommented

Verdict = Literal["fail", "none"]

_RESULT: Final = re.compile(r"\s*(dmarc|dkim|spf)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(.*)", re.IGNORECASE | re.DOTALL)
_DOMAIN: Final = re.compile(
    r"(?:header\.d|header\.i|smtp\.mailfrom|smtp\.helo)\s*=\s*\"?(?:[^\s;\"@]*@)?([\w.-]+)", re.IGNORECASE
)
FORGED: Final = frozenset({"fail", "softfail"})


def verdict(mail: Mail, trusted: str, sender: str) -> Verdict:
    """``trusted``: the authserv-id of our own server, folded; empty where nobody has told it."""
    written = [uncommented(value[:LONGEST_FIELD]) for value in fields(mail, "Authentication-Results")]
    ours = list(takewhile(lambda value: _server(value) == trusted, written)) if trusted else written[:1]
    return _verdict([result for value in ours for result in value.split(";")[1:]], sender.rpartition("@")[2])


def _server(value: str) -> str:
    return value.partition(";")[0].strip().partition(" ")[0].casefold()


def _verdict(results: list[str], domain: str) -> Verdict:
    """DMARC where it was looked at, for it is about From; else DKIM and SPF where their domain is that of From."""
    said: dict[str, set[str]] = {"dmarc": set(), "dkim": set(), "spf": set()}
    for result in results:
        if found := _RESULT.match(result):
            method, answer = found.group(1).lower(), found.group(2).lower()
            if answer == "pass" and method != "dmarc" and not _aligned(found.group(3), domain):
                answer = "neutral"
            said[method].add(answer)
    if said["dmarc"] & (FORGED | {"pass"}):
        return "fail" if said["dmarc"] & FORGED else "none"
    others = said["dkim"] | said["spf"]
    return "fail" if others & FORGED and "pass" not in others else "none"


def _aligned(properties: str, domain: str) -> bool:
    """Relaxed (RFC 7489, 3.1): the same domain, or one below the other."""
    named = [name.casefold().rstrip(".") for name in _DOMAIN.findall(properties)]
    return bool(domain) and any(
        one == domain or one.endswith(f".{domain}") or (domain.endswith(f".{one}") and "." in one) for one in named
    )
