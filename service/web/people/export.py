"""The registrations of a study day as a table for Excel."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.domain.payment import euros
from service.finance.table import Cell, csv_bytes
from service.locale import N_, in_language, translate
from service.models import StudyDay
from service.reports.registrations import RegistrationDetails
from service.web.staff.words import Words

HEADINGS: Final = (
    N_("Nr."),
    N_("First name"),
    N_("Last name"),
    N_("E-mail"),
    N_("Organisation"),
    N_("Function"),
    N_("Town"),
    N_("Kind of organisation"),
    N_("Language"),
    N_("Phone"),
    N_("Status"),
    N_("Signed up on"),
    N_("Attendance"),
    N_("Checked in on"),
    N_("Dietary needs"),
    N_("Access needs"),
    N_("Remarks"),
    N_("Fee accepted (EUR)"),
    N_("Free cancellation before"),
    N_("Conditions accepted on"),
    N_("Cancelled on"),
    N_("How it ended"),
    N_("Verdict"),
    N_("Reason"),
    N_("Mails sent"),
    N_("Mails not delivered"),
    N_("Invoice to"),
    N_("Enterprise number"),
    N_("Invoice address"),
    N_("Invoice reference"),
)


def registrations_csv(people: Iterable[RegistrationDetails], day: StudyDay, language: str) -> bytes:
    """One row for each registration, then the day's own questions; times on the clock of the study day."""
    say = Words(language)
    headings = [translate(language, heading) for heading in HEADINGS]
    headings += [in_language(question["label"], language) for question in day.questions]
    return csv_bytes(headings, ([*_row(person, day, say), *_answers(person, day, language)] for person in people))


def _row(person: RegistrationDetails, day: StudyDay, say: Words) -> list[Cell]:
    ended, zone = person.cancellation, ZoneInfo(day.time_zone)

    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone) if at else None

    return [
        person.id,
        person.first_name,
        person.last_name,
        person.email,
        person.organisation,
        person.function,
        person.town,
        say("kind", person.organisation_kind),
        person.language,
        person.phone,
        say("status", person.status),
        local(person.created_at),
        say("attendance", person.attendance),
        local(person.checked_in_at),
        person.dietary,
        person.access_needs,
        person.remarks,
        euros(person.terms.fee_cents),
        local(person.terms.free_cancellation_until),
        local(person.terms.accepted_at),
        local(ended.at) if ended else None,
        say("ending", ended.channel) if ended else None,
        say("verdict", ended.verdict) if ended else None,
        ended.reason if ended else None,
        person.mail.sent,
        person.mail.failed,
        person.invoice_name,
        person.invoice_enterprise_number,
        person.invoice_address,
        person.invoice_reference,
    ]


def _answers(person: RegistrationDetails, day: StudyDay, language: str) -> list[Cell]:
    return [answer_in_words(question, person.answers.get(question["id"]), language) for question in day.questions]


def answer_in_words(question: dict[str, Any], answer: object, language: str) -> str:
    """An answer as people read it: yes or no, and a choice by its label."""
    match question["kind"], answer:
        case _, None:
            return ""
        case "yes_no", _:
            return translate(language, "Yes") if answer else translate(language, "No")
        case "choice", _:
            for option in question.get("options", []):
                if option["value"] == answer:
                    return in_language(option.get("label"), language) or str(answer)
    return str(answer)
