"""The mails of a study day: to whom, how they went, each as it was sent, and a failed one once more."""

from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Final

from flask import Blueprint, Response, request

from service.domain.refusals import Conflict, NotFound
from service.domain.roles import Role
from service.extensions import db
from service.locale import N_, translate
from service.models import StudyDay
from service.models.message import SECRET
from service.reports.audiences import bulk_mails
from service.reports.messages import MessageItem, message, messages_of_day, sent_message
from service.reports.paging import Slice
from service.transaction import transaction
from service.usecases.dismiss import dismiss
from service.usecases.resend import resend, resend_failed
from service.web.clock import now
from service.web.desk.alarms import reason
from service.web.security import actor, own_day, signed_in, staff_only
from service.web.staff.acting import done
from service.web.staff.frame import day_page, day_url
from service.web.staff.words import Words

HEADERS: Final = ("From", "To", "Subject", "Date", "Message-ID")
COLOURS: Final = {"queued": "", "sending": "", "sent": "good", "failed": "bad", "bounced": "bad", "suppressed": "quiet"}
"""Of the tag of each state, in the order in which they are offered as a filter."""
DONE: Final = {
    "resent": N_("The mail goes out again."),
    "all-resent": N_("The mails go out again."),
    "dismissed": N_("This mail is not reported any more."),
}
REFUSED: Final = {
    "resent": N_("Only a mail that failed can be sent again."),
    "dismissed": N_("Only a mail that failed is reported."),
}
SANDBOX: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""A mail's HTML shows its own styles and nothing else: no script, no request, no form, an origin of its own."""

mail_pages = Blueprint("mails", __name__, url_prefix="/desk/study-days/<slug>/mails")


@mail_pages.get("")
@staff_only(Role.ORGANISER)
def mails(slug: str) -> str:
    """The latest first, a page at a time; ``state`` shows only those."""
    day = own_day(slug, Role.ORGANISER)
    state = request.args.get("state")
    state = state if state in COLOURS else None
    part = Slice(cursor=request.args.get("cursor"), newest_first=True)
    found = messages_of_day(db.session(), day.id, state=state, part=part)
    language = signed_in().language
    words = {"say": Words(language), "colours": COLOURS}
    words |= {"mails": found, "to_many": bulk_mails(db.session(), day.id)}
    return day_page("pages/desk/mails.html", day, "mails", state=state, notice=done(DONE), **words)


@mail_pages.get("/<id:message_id>")
@staff_only(Role.ORGANISER)
def one_mail(slug: str, message_id: int) -> str:
    """One mail: its headers and its text as they went out, or that it has not been written yet."""
    day = own_day(slug, Role.ORGANISER)
    return _mail_page(day, _own_mail(day, message_id))


@mail_pages.get("/<id:message_id>/html")
@staff_only(Role.ORGANISER)
def one_mail_as_html(slug: str, message_id: int) -> Response:
    """The HTML of a mail by itself, in a sandbox.

    :raises NotFound: it has none, or has not been written yet.
    """
    day = own_day(slug, Role.ORGANISER)
    mail = _read(_own_mail(day, message_id))
    body = mail.get_body(("html",)) if mail else None
    if body is None:
        raise NotFound
    return Response(body.get_content(), mimetype="text/html", headers={"Content-Security-Policy": SANDBOX})


@mail_pages.post("/<id:message_id>/resend")
@staff_only(Role.ORGANISER)
def send_again(slug: str, message_id: int) -> Response | tuple[str, int]:
    """Queue a failed mail again."""
    return _act(slug, message_id, resend, "resent")


@mail_pages.post("/resend")
@staff_only(Role.ORGANISER)
def send_all_again(slug: str) -> Response:
    """Queue all mails again that failed."""
    day = own_day(slug, Role.ORGANISER)
    with transaction() as session:
        resend_failed(session, day.id, actor=actor(), now=now())
    return Response(status=303, headers={"Location": f"{day_url(day, '/mails')}?done=all-resent"})


@mail_pages.post("/<id:message_id>/dismiss")
@staff_only(Role.ORGANISER)
def seen(slug: str, message_id: int) -> Response | tuple[str, int]:
    """Report a mail that failed no more."""
    return _act(slug, message_id, dismiss, "dismissed")


def _act(slug: str, message_id: int, verb: Callable[..., object], made: str) -> Response | tuple[str, int]:
    """Do it to a mail of that study day and go on to the others; refused, its page again and why."""
    day = own_day(slug, Role.ORGANISER)
    item = _own_mail(day, message_id)
    try:
        with transaction() as session:
            verb(session, item.id, actor=actor(), now=now())
    except Conflict:
        problem = translate(signed_in().language, REFUSED[made])
        return _mail_page(day, _own_mail(day, message_id), problem=problem), 409
    return Response(status=303, headers={"Location": f"{day_url(day, '/mails')}?done={made}"})


def _own_mail(day: StudyDay, message_id: int) -> MessageItem:
    """A mail of that study day; a letter that lets its reader in is nobody's to see here.

    :raises NotFound: there is no such mail.
    """
    item = message(db.session(), message_id)
    if item.study_day_id != day.id or item.letter in SECRET:
        raise NotFound
    return item


def _read(item: MessageItem) -> EmailMessage | None:
    """The mail as it was sent; None where it has not been written yet."""
    try:
        source = sent_message(db.session(), item.id).source
    except NotFound:
        return None
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(source)


def _mail_page(day: StudyDay, item: MessageItem, **context: object) -> str:
    mail = _read(item)
    return day_page(
        "pages/desk/mail.html",
        day,
        "mails",
        **{
            "mail": item,
            "reason": reason(item.error),
            "say": Words(signed_in().language),
            "colours": COLOURS,
            **(_shown(mail) if mail else {}),
            **context,
        },
    )


def _shown(mail: EmailMessage) -> dict[str, object]:
    """What the page shows of a mail that was written."""
    text = mail.get_body(("plain",))
    return {
        "headers": [(name, str(mail[name])) for name in HEADERS if mail[name]],
        "text": text.get_content() if text else "",
        "has_html": mail.get_body(("html",)) is not None,
        "attached": [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()],
    }
