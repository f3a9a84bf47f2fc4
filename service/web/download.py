"""A table as an answer of pages and API."""

from flask import Response


def download(content: bytes, name: str) -> Response:
    """A table to keep: never shown by the browser, never kept by it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype="text/csv", headers=headers)
