"""The web: blueprints, schemas and what guards them. Shape is checked here, rules are asked below."""

from flask import Flask

from service.web import (
    admin,
    answers,
    api,
    desk,
    finance,
    guards,
    headers,
    limits,
    lookout,
    own,
    paths,
    people,
    public,
    rendering,
    size,
)
from service.web.health import health
from service.web.sign_in import sign_in_pages


def init_app(app: Flask) -> None:
    """Mount what there is."""
    for part in (paths, rendering, headers, answers, guards, size, limits, lookout):
        part.init_app(app)
    staff = (*desk.PAGES, *people.PAGES, *finance.PAGES, admin.admin_pages)
    for blueprint in (health, sign_in_pages, *staff, *own.PAGES, *public.PAGES):
        app.register_blueprint(blueprint)
    api.init_app(app)
