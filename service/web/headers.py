"""What every answer says to the browser: load nothing from elsewhere, be framed by nobody, tell nobody whence."""

from typing import Final

from flask import Flask, Response, request

from service.runtime import runtime

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
PERSONAL: Final = "/r/"
"""Addresses that are keys: no other page, not even of ours, learns of them."""
A_YEAR: Final = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Add the headers to every answer that does not bring its own."""

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS:
            response.headers.setdefault(name, value)
        # With "no-referrer" a browser hides the origin of our own forms as well, which staff pages ask for.
        policy = "no-referrer" if request.path.startswith(PERSONAL) else "same-origin"
        response.headers.setdefault("Referrer-Policy", policy)
        if runtime().settings.base_url.startswith("https:"):
            response.headers.setdefault("Strict-Transport-Security", A_YEAR)
        return response
