"""The commands: each opens one transaction and calls one use-case. How they end is the business of ``terminal``."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click
import sqlalchemy as sa
from marshmallow import validate
from sqlalchemy.orm import Session

from service import terminal
from service.app import create_app
from service.cli.running import FILE, running
from service.domain.actors import Actor
from service.domain.refusals import NotFound, SlugTaken
from service.domain.roles import Role
from service.domain.windows import instant
from service.extensions import db
from service.files import deliver
from service.finance.sheets import invoices_csv
from service.locale import LANGUAGES
from service.models import Organiser, StudyDay
from service.reports.invoices import Wanted, all_invoices
from service.runtime import runtime
from service.transaction import transaction
from service.usecases import open_close, staff
from service.usecases.invoice import issue_invoices
from service.usecases.sign_off import sign_off
from service.web.paths import LONGEST_SLUG
from service.web.schemas import Address, Text
from service.web.study_day_schema import SLUG as SLUG_PATTERN
from service.wording import limit_sentence

COMMAND: Final = Actor("staff", "command")
ADDRESS: Final = terminal.Shape("EMAIL", Address(required=True))
NAME: Final = terminal.Shape("NAME", Text(200, required=True))
EXPORTS: Final = {"csv": invoices_csv}
REASON: Final = terminal.Shape("REASON", Text(2000, required=True, lines=True))
SLUG: Final = terminal.Shape(
    "SLUG", Text(LONGEST_SLUG, required=True, validate=validate.Regexp(rf"{SLUG_PATTERN}\Z", error="not-a-slug"))
)


@click.group(cls=terminal.Group, commands=running)
def commands() -> None:
    """Studiedag: registrations for study days, from the sign-up to the no-show fee."""


def main() -> None:
    """The command ``studiedag``: run what was typed."""
    sys.exit(terminal.run(commands, sys.argv[1:], create_app))


@commands.group("organiser")
def organiser_commands() -> None:
    """The organisations of this installation, walled off from one another."""


@organiser_commands.command("add")
@click.argument("slug", type=SLUG)
@click.option("--name", type=NAME, required=True, help="As attendees read it.")
@click.option("--mailbox", type=ADDRESS, required=True, help="Where late requests go, and whom mails come from.")
def organiser_add(slug: str, name: str, mailbox: str) -> None:
    """Add an organiser, SLUG in addresses and commands."""
    with transaction() as session:
        try:
            staff.add_organiser(session, slug, name=name, mailbox=mailbox, actor=COMMAND, now=runtime().clock())
        except SlugTaken:
            raise terminal.Refused(f"there is an organiser {slug} already") from None
    click.echo(f"{slug} is an organiser.")


@commands.group("staff")
def staff_commands() -> None:
    """People who sign in, and programs that use the API."""


@staff_commands.command("add")
@click.argument("email", type=ADDRESS)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--organiser", type=SLUG, help="Where; without it at the first. An admin serves every organiser.")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", help="Of a newcomer's mails and desk.")
def staff_add(email: str, role: str, organiser: str | None, language: str) -> None:
    """Give EMAIL a role; a link that signs in once is on the last line."""
    with transaction() as session:
        where, now = _organiser(session, organiser), runtime().clock()
        person = staff.add_staff(session, email, Role(role), where, language=language, actor=COMMAND, now=now)
        link = runtime().links.sign_in(staff.make_sign_in_link(session, person, now=now))
        place = "everywhere" if role == Role.ADMIN else f"at {where.slug}"
    click.echo(f"{email} is {role} {place}. This link signs in once, within half an hour:\n{link}")


@staff_commands.command("token")
@click.argument("email", type=ADDRESS)
def staff_token(email: str) -> None:
    """Make a token for the API, alone on the last line; it can do what EMAIL can."""
    with transaction() as session:
        try:
            token = staff.make_api_token(session, email, actor=COMMAND, now=runtime().clock())
        except NotFound:
            raise terminal.Refused(f"nobody on the staff has the address {email}") from None
    click.echo(token)


@commands.group("study-day")
def study_day_commands() -> None:
    """One study day, as on the desk."""


@study_day_commands.command("close")
@click.argument("slug", type=SLUG)
@click.option("--reason", type=REASON, required=True, help="For the history.")
def study_day_close(slug: str, reason: str) -> None:
    """Close the registration now."""
    with transaction() as session:
        open_close.close(session, _day(session, slug).id, reason=reason, actor=COMMAND, now=runtime().clock())
    click.echo(f"Registration for {slug} is closed.")


@study_day_commands.command("reopen")
@click.argument("slug", type=SLUG)
@click.option("--until", type=terminal.Iso(), required=True, help="With an offset, or in the study day's own zone.")
@click.option("--reason", type=REASON, required=True, help="For the history.")
def study_day_reopen(slug: str, until: datetime, reason: str) -> None:
    """Set a new limit for the registration."""
    with transaction() as session:
        day = _day(session, slug)
        limit = until if until.tzinfo else instant(until, day.time_zone)
        open_close.reopen(session, day.id, until=limit, reason=reason, actor=COMMAND, now=runtime().clock())
        sentence = limit_sentence(limit, day.time_zone, terminal.LANGUAGE)
    click.echo(f"Registration for {slug} is open {sentence}.")


@study_day_commands.command("sign-off")
@click.argument("slug", type=SLUG)
@click.option("--confirm-many-absent", is_flag=True, help="More than 40 % were absent, and the list is right.")
def study_day_sign_off(slug: str, *, confirm_many_absent: bool) -> None:
    """Say that the attendance is right; makes the draft charges."""
    with transaction() as session:
        day_id, now = _day(session, slug).id, runtime().clock()
        charges = sign_off(session, day_id, confirm_many_absent=confirm_many_absent, actor=COMMAND, now=now)
        count = len(charges)
    click.echo(f"Attendance of {slug} is signed off; charges: {count}.")


@commands.group("invoices")
def invoices_commands() -> None:
    """Invoices of the no-show fees of one study day."""


@invoices_commands.command("issue")
@click.argument("slug", type=SLUG)
@click.option("--force", is_flag=True, help="Also for those who may still object.")
def invoices_issue(slug: str, *, force: bool) -> None:
    """Issue an invoice for each debtor whose time to object is over; prints the numbers."""
    with transaction() as session:
        day_id, now = _day(session, slug).id, runtime().clock()
        numbers = [one.number for one in issue_invoices(session, day_id, force=force, actor=COMMAND, now=now)]
    click.echo("\n".join(numbers) or "No charge is due for an invoice.")


@invoices_commands.command("export")
@click.argument("slug", type=SLUG)
@click.option("--format", "form", type=click.Choice(list(EXPORTS)), default="csv", help="Of the file.")
@click.option("--output", type=FILE, required=True, help="The file to write; - is standard output.")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", help="Of headings and words.")
def invoices_export(slug: str, form: str, output: Path, language: str) -> None:
    """Write the issued invoices to a file; as often as you like, for it marks nothing."""
    session = db.session()
    documents = all_invoices(session, Wanted(None, study_day_id=_day(session, slug).id))
    deliver(EXPORTS[form](documents, language), output)


def _organiser(session: Session, slug: str | None) -> Organiser:
    """The one of that name; without a name, the first."""
    named = sa.select(Organiser).order_by(Organiser.id).limit(1)
    if slug is not None:
        named = named.where(Organiser.slug == slug)
    found = session.execute(named).scalar_one_or_none()
    if found is None:
        raise terminal.Refused(f"there is no organiser {slug}" if slug else "there is no organiser yet")
    return found


def _day(session: Session, slug: str) -> StudyDay:
    found = session.execute(sa.select(StudyDay).where(StudyDay.slug == slug)).scalar_one_or_none()
    if found is None:
        raise terminal.Refused(f"there is no study day {slug}")
    return found
