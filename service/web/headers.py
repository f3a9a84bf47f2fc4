"""What every answer says to the browser: load nothing from elsewhere, be framed by nobody, tell nobody whence."""

from typing import Final

from flask import Flask, Response, g, request

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
STAFF: Final = ("/desk/", "/finance/", "/admin/")
REFERRER: Final = "Referrer-Policy"
A_YEAR: Final = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Add the headers to every answer that does not bring its own."""
    with app.app_context():
        secure = runtime().settings.base_url.startswith("https:")
    common = (*HEADERS, ("Strict-Transport-Security", A_YEAR)) if secure else HEADERS
    # With "no-referrer" a browser hides the origin of our own forms as well, which staff pages ask for.
    personal, always = (*common, (REFERRER, "no-referrer")), (*common, (REFERRER, "same-origin"))

    @app.after_request
    def protect(response: Response) -> Response:
        own = {name for name, _ in response.headers}
        wanted = personal if request.path.startswith(PERSONAL) else always
        if request.path.startswith(STAFF) or g.get("principal"):
            wanted = (*wanted, ("Cache-Control", "no-store"))  # it is for one pair of eyes, and not after they left
        response.headers.extend([header for header in wanted if header[0] not in own])
        return response
