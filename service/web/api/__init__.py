"""The API: what outsiders may rely on, described by itself at /api/v1/openapi.json (contract: API)."""

from typing import Final

from flask import Flask

from service.web.api import cross_origin, fees, late_requests, lifecycle, registrations, study_days
from service.web.api.description import StudiedagApi

ROOMS: Final = (study_days.room, registrations.room, late_requests.room, lifecycle.room, fees.room)


def init_app(app: Flask) -> None:
    """Mount all calls and their description."""
    api = StudiedagApi(app)
    for room in ROOMS:
        api.register_blueprint(room.blueprint)
    cross_origin.init_app(app)
