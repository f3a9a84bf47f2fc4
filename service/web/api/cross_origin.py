"""Other sites may read the public view of study days in their visitors' browsers, and no other call (Fetch, CORS)."""

from typing import Final

from flask import Flask, Response, request

from service.web.api.calls import CALLS

READS: Final = ("GET", "HEAD")


def init_app(app: Flask) -> None:
    """Tell browsers so, on the calls that say it of themselves."""
    views = app.view_functions
    found = ((rule.rule, CALLS.get(views[rule.endpoint])) for rule in app.url_map.iter_rules())
    readable = frozenset(rule for rule, call in found if call and call.cross_origin)

    @app.after_request
    def allow(response: Response) -> Response:
        if request.url_rule and request.url_rule.rule in readable and request.method in {*READS, "OPTIONS"}:
            response.headers["Access-Control-Allow-Origin"] = "*"
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = ", ".join(READS)
        return response
