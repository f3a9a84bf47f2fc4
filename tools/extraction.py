"""Finds the messages that code and templates mark for translation, and tells which catalogue each belongs to."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract

Message = str | tuple[str, ...]

# Which arguments of a call are the message, counted from 1.
TEMPLATE_KEYWORDS: Final = {"_": (1,), "gettext": (1,), "ngettext": (1, 2)}
PYTHON_KEYWORDS: Final = {"translate": (2,), "translate_n": (2, 3), "N_": (1,), **TEMPLATE_KEYWORDS}
TEMPLATE_OPTIONS: Final = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
TEMPLATE_SUFFIXES: Final = (".html", ".txt", ".xml", ".jinja")

# The first pattern that fits decides; the last two catch every file that no room claims, so that no message is lost.
ROOMS: Final = (
    ("templates/pages/public*", "pages"),
    ("templates/pages/own*", "pages"),
    ("service/web/public*", "pages"),
    ("service/web/own*", "pages"),
    ("templates/pages/people*", "people"),
    ("templates/pages/finance*", "people"),
    ("service/web/people*", "people"),
    ("service/web/staff/words*", "people"),
    ("service/web/finance*", "people"),
    ("service/finance*", "people"),
    ("templates/pages/desk*", "desk"),
    ("templates/pages/admin*", "desk"),
    ("templates/pages/sign*", "desk"),
    ("service/web/desk*", "desk"),
    ("service/web/staff*", "desk"),
    ("service/web/admin*", "desk"),
    ("templates/email*", "letters"),
    ("service/letters*", "letters"),
    ("service/wording.py", "letters"),
    ("templates/*", "pages"),
    ("service/*", "errors"),
)


def extract_all(root: Path) -> dict[str, Catalog]:
    """One catalogue of untranslated messages per domain, from everything below `service/` and `templates/`."""
    templates: dict[str, Catalog] = {domain: Catalog() for _pattern, domain in ROOMS}
    for file in sorted([*root.glob("service/**/*.py"), *root.glob("templates/**/*")]):
        name = file.relative_to(root).as_posix()
        catalog = templates[next(domain for pattern, domain in ROOMS if fnmatch(name, pattern))]
        for message in _messages(file):
            catalog.add(message)
    return templates


def _messages(file: Path) -> Iterator[Message]:
    if file.suffix == ".py":
        yield from from_python(file.read_bytes())
    elif file.suffix in TEMPLATE_SUFFIXES:
        with file.open("rb") as source:
            for _line, message, _comments, _context in extract(
                "jinja2", source, TEMPLATE_KEYWORDS, (), TEMPLATE_OPTIONS
            ):
                yield message


def from_python(source: bytes) -> Iterator[Message]:
    """The marked messages of one module, from its syntax tree: Babel's tokens miss a sentence in parentheses."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (places := PYTHON_KEYWORDS.get(_name_called(node))):
            texts = [_literal(node.args[place - 1]) for place in places if place <= len(node.args)]
            found = [text for text in texts if text]
            if len(found) == len(places):
                yield found[0] if len(found) == 1 else tuple(found)


def _name_called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _literal(argument: ast.expr) -> str | None:
    match argument:
        case ast.Constant(value=str(text)):
            return text
    return None
