"""rules.md 6, 8: correct one's own data until the start; afterwards only how the invoice should look."""

from datetime import datetime
from typing import Any

import pytest

from service.domain.actors import Actor
from service.domain.refusals import AlreadyCancelled, AlreadyInvoiced, InvalidInput, StudyDayStarted
from service.transaction import transaction
from service.usecases.correct import correct
from service.usecases.invoice import issue_invoices
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.steps import (
    DESK,
    LINK,
    came,
    cancelled,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    told,
)

pytestmark = pytest.mark.usefixtures("app")


def corrected(registration_id: int, *, now: datetime = NOW, actor: Actor = LINK, **changes: Any) -> None:
    with transaction() as session:
        correct(session, registration_id, changes, actor=actor, now=now)


@pytest.mark.parametrize("now", [NOW, STARTS_AT - TICK])
def test_data_when_corrected(now: datetime) -> None:
    given_day()
    an = joined()

    corrected(an, now=now, last_name="Peters", town="Mechelen", language="fr", organisation="Stad Voorbeeld")

    changed = row(an)
    assert (changed.last_name, changed.town, changed.language) == ("Peters", "Mechelen", "fr")
    assert (changed.sequence, changed.seen_at, changed.terms_language) == (1, now, "nl")
    assert told(1) == [("an1", "changed")]
    assert last_facts("changed") == {"sequence": 1, "calendar": True}
    assert history(1) == ["corrected"]
    assert last_line().facts == {"fields": ["language", "last_name", "town"]}


def test_data_when_nothing_changes_is_no_reason_for_a_mail() -> None:
    given_day()
    an = joined()
    corrected(an, last_name="Peeters")
    assert (told(1), history(1), row(an).sequence) == ([], [], 0)


def test_data_when_somebody_waits_has_no_calendar_entry() -> None:
    given_day(capacity=1)
    joined(1)
    bo = joined(2)
    corrected(bo, town="Gent")
    assert last_facts("changed") == {"sequence": 0, "calendar": False}


def test_data_when_the_desk_corrects_it_shows_nothing_of_the_person() -> None:
    given_day()
    an = joined()
    corrected(an, actor=DESK, town="Gent")
    assert (row(an).town, row(an).seen_at) == ("Gent", None)


@pytest.mark.parametrize("field", ["email", "email_folded", "status", "id", "terms_fee_cents", "shown"])
def test_data_when_it_is_not_theirs_to_correct(field: str) -> None:
    given_day()
    an = joined()
    changes: dict[str, Any] = {field: "9"}
    corrected(an, **changes)
    assert (told(1), history(1)) == ([], [])


def test_data_when_an_answer_is_wrong() -> None:
    given_day(questions=[{"id": "lunch", "kind": "yes_no", "label": {"en": "Lunch"}}])
    an = joined(answers={"lunch": "yes"})
    with pytest.raises(InvalidInput) as caught:
        corrected(an, answers={"lunch": "perhaps"})
    assert caught.value.fields == {"answers.lunch": "not-a-choice"}
    corrected(an, answers={"lunch": "no"})
    assert row(an).answers == {"lunch": False}


def test_data_when_the_registration_ended_or_the_day_has_begun() -> None:
    given_day()
    an, bo = joined(1), joined(2)
    cancelled(an)
    with pytest.raises(AlreadyCancelled):
        corrected(an, town="Gent")
    with pytest.raises(StudyDayStarted):
        corrected(bo, now=STARTS_AT, town="Gent")


def test_invoice_details_when_a_fee_is_due() -> None:
    day = given_day()
    an, bo, cy = joined(1), joined(2), joined(3)
    cancelled(an, now=FREE_UNTIL)
    came(cy)
    signed_off()

    for owes in (an, bo):
        corrected(owes, now=ENDS_AT, invoice_enterprise_number="0403.019.261", last_name="Other")

    assert [row(owes).invoice_enterprise_number for owes in (an, bo)] == ["0403.019.261"] * 2
    assert [row(owes).last_name for owes in (an, bo)] == ["Peeters"] * 2
    assert told(6) == []
    assert last_line().facts == {"fields": ["invoice_enterprise_number"]}
    with pytest.raises(StudyDayStarted):
        corrected(cy, now=ENDS_AT, invoice_name="Stad")
    with transaction() as session:
        issue_invoices(session, day, force=True, actor=DESK, now=ENDS_AT)
    with pytest.raises(AlreadyInvoiced):
        corrected(bo, now=ENDS_AT, invoice_name="Stad")
