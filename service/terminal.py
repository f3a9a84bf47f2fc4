"""How a command is called and how it ends: inside the application, with an exit status and one line (contract).

Wrong use is 2, a refused action 1, each with one line on standard error; a traceback is never shown. A command whose
output nobody reads any longer ends without a word (1).
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from alembic.util import CommandError
from flask import Flask
from marshmallow import ValidationError, fields
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service.backup import BackupError
from service.domain.refusals import InvalidInput, Refusal
from service.migrations import State, state_of
from service.runtime import runtime
from service.settings import SettingsError
from service.transaction import glance
from service.web.forms import words
from service.web.problems import sentence

LANGUAGE: Final = "en"
UNTOLD: Final = frozenset({"slug", "started"})
"""Facts of a refusal that whoever typed the command knows already."""
YEARS: Final = range(2000, 2200)
STATES: Final = {
    State.EMPTY: "the database is not set up yet: run studiedag db upgrade",
    State.OLDER: "the database is of an older version: run studiedag db upgrade",
    State.NEWER: "the database is of a newer version than this Studiedag",
}


class Refused(click.ClickException):
    """A command says no for a reason of its own; the message is one line."""

    exit_code = 1


class Command(click.Command):
    """Runs inside the application, on a database of this version; a wrong call, or ``--help``, needs neither."""

    wants_current_database = True

    def invoke(self, ctx: click.Context) -> Any:
        """Build the application, then run.

        :raises Refused: the database was not migrated.
        """
        create_app: Callable[[], Flask] = ctx.obj
        with create_app().app_context():
            if self.wants_current_database and (state := _state_of_database()) is not State.CURRENT:
                raise Refused(STATES[state])
            return super().invoke(ctx)


class OnAnyDatabase(Command):
    """A command that also runs where there is no database, or one of another version."""

    wants_current_database = False


class Group(click.Group):
    """A group of such commands; its bare name is wrong use, not a request for help."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"no_args_is_help": False, **kwargs})


class Shape(click.ParamType[Any]):
    """A value as the web's schemas want it: one marshmallow field says what is right."""

    def __init__(self, name: str, field: fields.Field[Any]) -> None:
        self.name, self.field = name, field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The field's value, or what is wrong with it in words."""
        try:
            return self.field.deserialize(value)
        except ValidationError as error:
            self.fail(f"{value!a} is not right: {', '.join(map(str, error.messages))}", param, ctx)


class Iso(click.ParamType[datetime]):
    """An instant as ISO 8601, with an offset or, naive, in the study day's own zone; a date alone says too little."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Aware or naive, as it was typed."""
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!a} is no time like 2026-03-20T12:00 or 2026-03-20T12:00+01:00", param, ctx)
        if not {"T", "t", " "} & set(value):
            self.fail(f"{value!a} has no time: 2026-03-20T12:00", param, ctx)
        if read.year not in YEARS:
            self.fail(f"{value!a} is not in the years {YEARS.start} to {YEARS.stop - 1}", param, ctx)
        return read


def run(commands: click.Group, arguments: Sequence[str], create_app: Callable[[], Flask]) -> int:
    """Run one command; its exit status."""
    try:
        status = commands.main(list(arguments), prog_name="studiedag", standalone_mode=False, obj=create_app)
    except Exception as error:  # noqa: BLE001 - the last door: whatever happened, one line and no traceback
        return _fail(*_ending(error))
    return status if isinstance(status, int) else 0


def _state_of_database() -> State:
    """How far the database has come; to look does not make one."""
    address = make_url(runtime().settings.database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return State.EMPTY
    with glance() as connection:
        return state_of(connection)


def _ending(error: Exception) -> tuple[int, str]:
    """Exit status and words of what a command ended with."""
    match error:
        case click.ClickException():
            return error.exit_code, error.format_message()
        case SettingsError():
            return 2, str(error)
        case click.Abort():
            text = "stopped"
        case Refusal():
            text = _words(error)
        case SQLAlchemyError():
            text = f"the database says no: {_database_words(error)}"
        case BackupError():
            text = str(error)
        case CommandError():
            text = f"the database cannot be migrated: {error}"
        case OSError():
            text = ": ".join(filter(None, (error.filename and ascii(error.filename), error.strerror or str(error))))
        case _:
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = f"a mistake of Studiedag itself: {error!r} at {place.filename}:{place.lineno}"
    return 1, text


def _words(refusal: Refusal) -> str:
    """The sentence of a refusal, with the facts that go with it."""
    if isinstance(refusal, InvalidInput):
        return _listed(words(refusal.fields, LANGUAGE))
    facts = {name: fact for name, fact in refusal.facts.items() if name not in UNTOLD and fact is not None}
    told = [f"{name.replace('_', ' ')} {_fact(fact)}" for name, fact in facts.items()]
    if isinstance(refusal.__cause__, DBAPIError):
        told.append(_database_words(refusal.__cause__))
    return sentence(refusal, LANGUAGE) + (f" ({', '.join(told)})" if told else "")


def _listed(said: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {text}" if name else text for name, text in said.items())


def _fact(fact: object) -> str:
    return fact.isoformat(timespec="seconds") if isinstance(fact, datetime) else str(fact)


def _database_words(error: SQLAlchemyError) -> str:
    """The first line of the driver's own words; neither the statement nor its values."""
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return said.strip().partition("\n")[0] or type(error).__name__


def _fail(status: int, text: str) -> int:
    click.echo(f"studiedag: {' '.join(text.split())}", err=True)
    return status
