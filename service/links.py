"""Personal links: signed, so that nothing needs to be stored, and nobody can make one (rules.md 6, faults: Links)."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from itsdangerous import BadSignature, Signer

from service.settings import Settings

OWN = "r"
COLLEAGUE = "c"


@dataclass(frozen=True)
class Links:
    """Makes and reads the addresses that mails carry; always under ``BASE_URL``, never under a request's Host."""

    settings: Settings

    @cached_property
    def _signer(self) -> Signer:
        # itsdangerous signs with the last key and verifies with all; ours come with the first one signing.
        keys = [key.encode() for key in reversed(self.settings.secret_keys)]
        return Signer(keys, salt=b"studiedag personal link", sep=".", digest_method=hashlib.sha256)

    def own_token(self, registration_id: int) -> str:
        """The token of ``/r/{token}`` for a registration."""
        return self._signer.sign(f"{OWN}{registration_id}").decode()

    def colleague_token(self, transfer_id: int) -> str:
        """The token of ``/r/{token}`` for a colleague who is asked to take over a place."""
        return self._signer.sign(f"{COLLEAGUE}{transfer_id}").decode()

    def read(self, token: str) -> tuple[str, int] | None:
        """What a token names: (``OWN`` or ``COLLEAGUE``, id); None for anything that was not signed here."""
        try:
            value = self._signer.unsign(token.encode("ascii", "replace")).decode()
        except BadSignature:
            return None
        return value[:1], int(value[1:])

    def own(self, registration_id: int) -> str:
        """The full personal link."""
        return f"{self.settings.base_url}/r/{self.own_token(registration_id)}"

    def colleague(self, transfer_id: int) -> str:
        """The full link of an invited colleague."""
        return f"{self.settings.base_url}/r/{self.colleague_token(transfer_id)}"

    def sign_in(self, token: str) -> str:
        """The full one-time link for staff."""
        return f"{self.settings.base_url}/desk/sign-in/{token}"

    def page(self, path: str) -> str:
        """The full address of a page of ours; ``path`` begins with a slash."""
        return f"{self.settings.base_url}{path}"
