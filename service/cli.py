"""The commands: each opens one transaction and calls one use-case. Wrong use: exit 2 and one line; refused: exit 1."""

import sys
from collections.abc import Callable

import click
from alembic import command
from flask import Flask
from flask.cli import with_appcontext

from service.domain.actors import Actor
from service.domain.refusals import Refusal
from service.migrations import alembic_config, seed_first_organiser
from service.runtime import runtime
from service.settings import SettingsError
from service.transaction import transaction

COMMAND = Actor("staff", "command")


@click.group()
def commands() -> None:
    """Studiedag: registrations for study days, from the sign-up to the no-show fee."""


@commands.group("db")
def db_commands() -> None:
    """The database."""


@db_commands.command("upgrade")
@with_appcontext
def db_upgrade() -> None:
    """Bring the database to this version; a first organiser exists afterwards."""
    command.upgrade(alembic_config(runtime().settings.database_url), "head")
    with transaction() as session:
        seed_first_organiser(session, runtime().settings, now=runtime().clock())


def init_app(app: Flask) -> None:
    """Also as ``flask`` commands, for those who look there."""
    app.cli.add_command(commands, "studiedag")


def main(create_app: Callable[[], Flask]) -> None:
    """Run a command; every failure is one line on standard error."""
    try:
        if {"--help"} & set(sys.argv[1:]):
            commands.main(prog_name="studiedag")
        with create_app().app_context():
            commands.main(prog_name="studiedag", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        sys.exit(_fail(2, error.format_message()))
    except click.Abort:
        sys.exit(_fail(1, "stopped"))
    except SettingsError as error:
        sys.exit(_fail(2, str(error)))
    except Refusal as refusal:
        sys.exit(_fail(1, refusal.code))


def _fail(status: int, text: str) -> int:
    click.echo(f"studiedag: {' '.join(text.split())}", err=True)
    return status
