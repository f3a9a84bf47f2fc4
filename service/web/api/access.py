"""Who may call: a Bearer token where staff are meant, nobody asked where anybody may (contract: API)."""

from collections.abc import Collection
from typing import Final

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.domain.roles import Principal, Role
from service.web.guards import client_address
from service.web.limits import GUESSES_PER_CLIENT, count_attempt, count_sign_up
from service.web.security import principal, require_role

REALM: Final = WWWAuthenticate("bearer", {"realm": "Studiedag"})


def authorise(roles: Collection[Role], *, knows_staff: bool, limited: bool) -> None:
    """Let a call through, or not; at which organiser the role is held, the view asks (``security.require``).

    :raises Unauthorized: no token, or one that nobody has.
    :raises TooManyRequests: too many wrong tokens, or public forms, from there.
    :raises NotAllowed: none of the roles is held anywhere.
    """
    if limited:
        count_sign_up()
    if roles:
        require_role(_known(), *roles)
    elif knows_staff and "Authorization" in request.headers:
        _known()


def _known() -> Principal:
    who = principal()
    if who is None:
        if "Authorization" in request.headers:
            count_attempt(GUESSES_PER_CLIENT, "tokens", str(client_address()))
        raise Unauthorized(www_authenticate=REALM)
    return who
