"""What somebody who signs up has typed: the same for a sign-up, a late request and a colleague who takes over."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from service.domain.fees import TERMS_VERSION
from service.domain.refusals import TermsChanged
from service.domain.terms import Terms


def folded(email: str) -> str:
    """The form in which addresses are compared (rules.md 3)."""
    return email.strip().casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Shape-checked values of the form; ``answers`` belong to the study day's own questions.

    ``shown`` are the terms that stood on the form when the box was ticked; None where nobody says.
    """

    first_name: str
    last_name: str
    email: str
    language: str
    organisation: str = ""
    function: str = ""
    town: str = ""
    organisation_kind: str = "other"
    phone: str = ""
    dietary: str = ""
    access_needs: str = ""
    remarks: str = ""
    invoice_name: str = ""
    invoice_enterprise_number: str = ""
    invoice_address: str = ""
    invoice_reference: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    shown: Terms | None = None

    def values(self) -> dict[str, Any]:
        """As columns of a registration."""
        values = {**asdict(self), "email_folded": folded(self.email)}
        del values["shown"]
        return values

    def require_shown(self, today: Terms) -> None:
        """Nobody is bound by what they were not shown: a form may have been open while the terms changed.

        :raises TermsChanged: they became stricter since.
        """
        if self.shown is not None and today.stricter_than(self.shown):
            raise TermsChanged(fee_cents=today.fee_cents, free_cancellation_until=today.free_until)


def accepted(terms: Terms, language: str, *, now: datetime) -> dict[str, Any]:
    """The terms that are kept with a registration, as columns (rules.md 3), with the language they were read in."""
    return {
        "terms_fee_cents": terms.fee_cents,
        "terms_free_cancellation_until": terms.free_until,
        "terms_version": TERMS_VERSION,
        "terms_language": language,
        "terms_accepted_at": now,
    }
