"""The web: blueprints, schemas and what guards them. Shape is checked here, rules are asked below."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Mount what there is."""
