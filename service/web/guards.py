"""Who is calling, as far as the network tells: the client's address, and whether a form was sent from our own pages."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import RequestRedirect

from service.domain.refusals import NotFound
from service.runtime import runtime

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Answer at once what no address of ours can hold: PostgreSQL fails on a NUL in text, SQLite finds nothing."""

    @app.before_request
    def refuse_nul() -> None:
        pages_query = b"" if request.path.startswith("/api/") else request.query_string  # the API's schemas refuse it
        if "\0" in request.path or b"%00" in pages_query:
            raise NotFound

    @app.before_request
    def stay_here() -> Response | None:
        """To the address with its slash, which werkzeug would put behind whatever the Host header says."""
        error = request.routing_exception
        if not isinstance(error, RequestRedirect):
            return None
        there = urlsplit(error.new_url)
        query = f"?{there.query}" if there.query else ""
        return Response(status=error.code, headers={"Location": f"/{there.path.lstrip('/')}{query}"})


def client_address() -> IPv4Address | IPv6Address:
    """The nearest address that is no proxy of ours: what a client writes into the header itself is never believed."""
    nearest = _address(request.remote_addr or "")
    trusted = runtime().settings.trusted_proxies
    for forwarded in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not any(nearest in network for network in trusted):
            break
        try:
            nearest = ip_address(forwarded.strip())
        except ValueError:
            break
    return nearest


def require_own_form() -> None:
    """Refuse what another site made the browser send: a signed-in browser adds its cookie to that as well.

    Browsers say where a form comes from in one of three headers; who sends none of them is not a browser, and has no
    cookie to abuse.

    :raises BadRequest: the form is not ours.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin") or request.headers.get("Referer")
        own = origin is None or _site_of(origin) in {_site_of(runtime().settings.base_url), request.host}
    if not own:
        raise BadRequest


def _site_of(address: str) -> str | None:
    """Host and port of a full address; None for what is no address."""
    try:
        return urlsplit(address).netloc
    except ValueError:  # "http://[" and its like, which no browser sends
        return None


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:  # a socket of this machine has no address
        return ip_address("127.0.0.1")
