"""Commands that keep an installation going: its database, its worker, its mailbox, its backup."""

from pathlib import Path
from threading import Event
from typing import Final

import click
from alembic import command

from service import backup as backups
from service import demo, terminal
from service.mail import worker
from service.mail.incoming.connection import MailboxError
from service.mail.incoming.watch import Watch
from service.mail.signing import signing_key
from service.migrations import alembic_config, seed_first_organiser
from service.runtime import runtime
from service.settings import SettingsError
from service.transaction import transaction

FILE: Final = click.Path(path_type=Path)


@click.group("running", cls=terminal.Group)
def _all() -> None:
    """These, to be hung up beside the others."""


@_all.group("db")
def db_commands() -> None:
    """The database."""


@db_commands.command("upgrade", cls=terminal.OnAnyDatabase)
def db_upgrade() -> None:
    """Bring the database to this version; a first organiser exists afterwards."""
    command.upgrade(alembic_config(runtime().settings.database_url), "head")
    with transaction() as session:
        seed_first_organiser(session, runtime().settings, now=runtime().clock())


@_all.command("demo")
def load_demo() -> None:
    """Load study days to look at, of the past and to come; loading them again changes nothing."""
    with transaction() as session:
        loaded = demo.load(session, now=runtime().clock())
    click.echo("The demo is loaded." if loaded else "The demo was loaded before; nothing has changed.")


@_all.command("worker")
@click.option("--once", is_flag=True, help="All that is due now, then end.")
def work(*, once: bool) -> None:
    """Send due mail and do timed work until it is stopped."""
    if not once:
        signing_key(runtime().settings)
        worker.become_a_worker()
    worker.run(once=True)


@_all.group("mailbox")
def mailbox_commands() -> None:
    """The mailbox that answers come to."""


@mailbox_commands.command("poll")
def mailbox_poll() -> None:
    """Read what has come since the last time, now."""
    try:
        tally = Watch(runtime().settings, runtime().clock, Event()).once()
    except MailboxError as error:
        raise terminal.Refused(f"the mailbox cannot be read: {error}") from None
    if tally is None:
        raise SettingsError("MAILBOX_URL is missing: set it to imaps://user:password@host:993/INBOX")
    if tally.trouble:
        raise terminal.Refused(f"a mail cannot be moved: {tally.trouble}")
    click.echo(f"Mails moved to their folders: {tally.moved}; left in the inbox for a person: {tally.left}.")


@_all.command("backup", cls=terminal.OnAnyDatabase)
@click.argument("path", type=FILE)
def backup(path: Path) -> None:
    """Write all of the database to the file PATH, while the service runs."""
    backups.backup(runtime().settings.database_url, path)
    click.echo(f"The database is in {str(path)!a}, {path.stat().st_size} bytes.")


@_all.command("restore", cls=terminal.OnAnyDatabase)
@click.argument("path", type=FILE)
@click.option("--overwrite", is_flag=True, help="Give up all that is in the database now.")
def restore(path: Path, *, overwrite: bool) -> None:
    """Make the database what it was when the backup PATH was made."""
    older = backups.restore(runtime().settings.database_url, path, overwrite=overwrite)
    click.echo("The database is restored." + (" It is of an older version: run studiedag db upgrade." if older else ""))


running: Final = dict(_all.commands)
