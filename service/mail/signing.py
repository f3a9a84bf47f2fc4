"""DKIM: the mail says whose it is, and any change of it shows (RFC 6376).

Signed once, when a mail is written, so that every attempt sends the same signature. RSA with SHA-256; headers and body
relaxed, for the servers that fold or strip spaces on the way.
"""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from dkim import DKIM
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from service.settings import Settings, SettingsError

SHORTEST_KEY: Final = 1024
RELAXED: Final = (b"relaxed", b"relaxed")
ONCE: Final = (
    *(b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding"),
)
"""Signed once more often than they are there, so that a second one which is slipped in breaks the signature (8.15)."""
SIGNED: Final = (*ONCE, *ONCE, b"content-language", b"auto-submitted", b"list-id")


class _Dated(DKIM):  # type: ignore[misc]  # dkimpy comes without types
    """dkimpy's signature, of an instant that it is told instead of the present."""

    at: datetime

    def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any, **more: Any) -> bytes:
        stamp = str(int(self.at.timestamp())).encode()
        signed: bytes = super().gen_header(
            [(tag, stamp if tag == b"t" else value) for tag, value in fields], *rest, **more
        )
        return signed


def signed(source: bytes, sender: str, settings: Settings, *, at: datetime) -> bytes:
    """The mail with its signature on top; as it is where there is no key, or the sender is of another domain.

    :param sender: the address in From; only for its own domain and those below does a signature mean anything (DMARC).
    :param at: when it was signed; the same mail, key and instant make the same bytes.
    """
    key, domain = signing_key(settings), sender.rpartition("@")[2].lower()
    if not key or not f".{domain}".endswith(f".{settings.dkim_domain}"):
        return source
    signature = _Dated(source)
    signature.at = at
    header: bytes = signature.sign(
        settings.dkim_selector.encode(),
        settings.dkim_domain.encode(),
        key,
        canonicalize=RELAXED,
        include_headers=SIGNED,
    )
    return header + source


def signing_key(settings: Settings) -> bytes:
    """The key's file, read once; empty where none is set.

    :raises SettingsError: it cannot be read, or holds no RSA key that is long enough.
    """
    return _read(settings.dkim_key_file) if settings.dkim_key_file else b""


@lru_cache(1)
def _read(path: str) -> bytes:
    try:
        key = Path(path).read_bytes()
        parsed = parse_pem_private_key(key)
    except OSError as error:
        raise SettingsError(f"DKIM_KEY_FILE: {path} cannot be read: {error.strerror}") from error
    except (UnparsableKeyError, ValueError, IndexError, KeyError) as error:
        raise SettingsError(f"DKIM_KEY_FILE: {path} holds no RSA private key in PEM form") from error
    if parsed["modulus"].bit_length() < SHORTEST_KEY:
        raise SettingsError(f"DKIM_KEY_FILE: the key is too short: {SHORTEST_KEY} bits at least, better 2048")
    return key
