"""What a refusal looks like from outside: its status, its problem type and its words, in one table (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.domain.refusals import Refusal
from service.locale import N_, translate


@dataclass(frozen=True, slots=True)
class Problem:
    """``name`` is the public type, ``/problems/NAME``; ``title`` and ``advice`` are messages to translate."""

    name: str
    status: int
    title: str
    advice: str

    @property
    def type(self) -> str:
        """The address of the type; each has a human page there."""
        return f"/problems/{self.name}"


TYPES: Final[Mapping[str, Problem]] = {
    problem.name: problem
    for problem in (
        Problem(
            "registration-closed",
            409,
            N_("Registration is closed"),
            N_("Write to the organiser's mailbox, or use the form for late requests: a person decides."),
        ),
        Problem(
            "registration-not-open",
            409,
            N_("Registration is not open yet"),
            N_("Come back when registration opens; the page of the study day says when."),
        ),
        Problem(
            "registration-open",
            409,
            N_("Registration is still open"),
            N_("Use the ordinary form: no late request is needed."),
        ),
        Problem("full", 409, N_("No seat is left"), N_("Ask the organiser, or come to another study day.")),
        Problem(
            "study-day-cancelled",
            409,
            N_("The study day does not take place"),
            N_("The organiser called it off. Nobody has to do anything, and nobody owes a fee."),
        ),
        Problem(
            "study-day-over",
            409,
            N_("The study day is over, or has begun"),
            N_("This was possible until the start. For anything else, write to the organiser."),
        ),
        Problem(
            "invalid-input",
            422,
            N_("Something in the form is not right"),
            N_("Correct the fields that are named and send it again; nothing was lost."),
        ),
        Problem(
            "not-found",
            404,
            N_("There is no such page"),
            N_("The link may be incomplete, or what it led to is gone. Copy the whole link from the mail."),
        ),
        Problem(
            "not-allowed", 403, N_("This is not yours to do"), N_("Ask somebody with the right role at your organiser.")
        ),
        Problem(
            "conflict",
            409,
            N_("That is no longer possible"),
            N_("Something has changed in the meantime. Look at how it stands now, then decide again."),
        ),
        Problem(
            "idempotency-mismatch",
            422,
            N_("The same key came with another request"),
            N_("Send a new Idempotency-Key for a new request."),
        ),
        Problem(
            "too-many-requests",
            429,
            N_("Too many attempts in a short time"),
            N_("Wait a little, then try again."),
        ),
        Problem(
            "attendance-not-taken",
            409,
            N_("Nobody has been checked in"),
            N_("Check in who was there, then sign the attendance off."),
        ),
        Problem("too-early", 409, N_("It is too early for that"), N_("Try again when the time has come.")),
        Problem(
            "already-invoiced",
            409,
            N_("The fee has been invoiced already"),
            N_("A credit note has to correct an issued invoice; ask finance."),
        ),
        Problem(
            "unavailable",
            503,
            N_("The service cannot save anything right now"),
            N_("Nothing was half-done. Try again in a minute; what you typed is still in the form."),
        ),
    )
}

OF_CODE: Final[Mapping[str, tuple[str, str]]] = {
    "study-day-started": ("study-day-over", N_("The study day has begun: this was possible until the start.")),
    "terms-changed": (
        "conflict",
        N_("The fee or the limit for free cancellation has changed meanwhile. Read the new terms, then decide again."),
    ),
    "already-registered": ("conflict", N_("This address already has a place on this study day, or waits for one.")),
    "already-cancelled": ("conflict", N_("This registration has ended already.")),
    "offer-lapsed": ("conflict", N_("The offer was not accepted in time; the place went to the next person.")),
    "not-confirmed": ("conflict", N_("This registration has no confirmed place.")),
    "transfer-gone": ("conflict", N_("This invitation is no longer valid.")),
    "already-decided": ("conflict", N_("Somebody has decided this already.")),
    "many-absent": ("conflict", N_("More than 40%% were absent. Confirm that the list is right, then sign off.")),
    "already-signed-off": ("conflict", N_("The attendance has been signed off already.")),
    "last-admin": ("conflict", N_("This is the last administrator: name another one first.")),
    "audience-changed": (
        "conflict",
        N_("The number of people has changed meanwhile. Look at it again, then send."),
    ),
    "slug-taken": ("conflict", N_("This is in use already. Choose another one.")),
}
"""Refusals whose code is not itself a public type: the type, and a sentence of their own."""


def problem_of(refusal: Refusal) -> Problem:
    """The public type of a refusal."""
    name, _ = OF_CODE.get(refusal.code, (refusal.code, ""))
    return TYPES[name]


def sentence(refusal: Refusal, language: str) -> str:
    """What is wrong, in the reader's language."""
    problem = problem_of(refusal)
    _, own = OF_CODE.get(refusal.code, ("", problem.title))
    return translate(language, own)


def public_facts(refusal: Refusal) -> dict[str, object]:
    """The facts of a refusal as members of a problem document."""
    return {
        name: fact.isoformat() if isinstance(fact, datetime) else fact
        for name, fact in refusal.facts.items()
        if fact is not None
    }
