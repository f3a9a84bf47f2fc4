from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.models import Organiser
from service.transaction import transaction
from tests.builders import ENDS_AT
from tests.conftest import Clock
from tests.life import signed_off
from tests.web.api.conftest import SLUG, Caller, Tokens

CHARGES = f"/study-days/{SLUG}/charges"
INVOICES = f"/study-days/{SLUG}/invoices"


@pytest.fixture
def owed(tokens: Tokens, clock: Clock) -> dict[str, int]:
    """Ids of a day that was signed off: three charges, one of them proposed as waived."""
    del tokens
    clock.set(ENDS_AT)
    with transaction() as session:
        ours = session.execute(sa.select(Organiser).where(Organiser.slug == "bsog")).scalar_one()
        return signed_off(session, organiser=ours)


def test_charges_when_listed_have_the_contracts_fields(call: Caller, owed: dict[str, int]) -> None:
    items = {one["id"]: one for one in call(f"GET {CHARGES}", as_="organiser").get_json()["items"]}

    assert items[owed["charge_late"]] == {
        "id": owed["charge_late"],
        "registration_id": owed["late"],
        "first_name": "An4",
        "last_name": "Øster",
        "reason": "late_cancellation",
        "amount_cents": 1500,
        "status": "draft",
        "waiver_proposed": False,
        "objection_until": "2023-04-14T15:00:00+00:00",
        "waiver_reason": None,
        "waiver_note": "",
    }
    assert len(items) == 3


def test_waive_when_other_needs_a_note(call: Caller, owed: dict[str, int]) -> None:
    path = f"POST /charges/{owed['charge_late']}/waive"

    bare = call(path, {"reason": "other", "note": " "}, as_="organiser")
    wrong = call(path, {"reason": "kind"}, as_="organiser")
    done = call(path, {"reason": "other", "note": "Verkeerde zaal"}, as_="organiser")
    again = call(path, {"reason": "ill"}, as_="organiser")

    assert (bare.status_code, set(bare.get_json()["errors"])) == (422, {"note"})
    assert (wrong.status_code, set(wrong.get_json()["errors"])) == (422, {"reason"})
    waived = done.get_json()
    assert (done.status_code, waived["status"], waived["waiver_reason"], waived["waiver_note"]) == (
        200,
        "waived",
        "other",
        "Verkeerde zaal",
    )
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/conflict")


def test_invoices_when_the_time_to_object_is_over(call: Caller, owed: dict[str, int], clock: Clock) -> None:
    early = call(f"POST {INVOICES}", as_="finance")
    clock.set(ENDS_AT + timedelta(days=14))
    issued = call(f"POST {INVOICES}", {}, as_="finance")
    again = call(f"POST {INVOICES}", {"force": True}, as_="finance")

    assert (early.status_code, early.get_json()) == (201, {"items": [], "next": None})
    assert (issued.status_code, len(issued.get_json()["items"])) == (201, 2)
    assert issued.get_json()["items"][0] == {
        "number": "NS-2023-0001",
        "kind": "invoice",
        "organiser": "bsog",
        "study_day": SLUG,
        "debtor": {
            "name": "Ville d’Exemple",
            "enterprise_number": "",
            "address": "",
            "reference": "",
            "email": "an2@example.org",
            "language": "nl",
        },
        "lines": [{"person": "Hélène Ångström", "reason": "no_show", "amount_cents": 1500}],
        "total_cents": 1500,
        "structured_communication": "+++202/3000/00111+++",
        "issued_on": "2023-04-14",
        "due_on": "2023-05-14",
        "status": "open",
    }
    assert again.get_json()["items"] == []
    waived = call(f"POST /charges/{owed['charge_late']}/waive", {"reason": "ill"}, as_="organiser")
    assert (waived.status_code, waived.get_json()["type"]) == (409, "/problems/already-invoiced")


@pytest.mark.usefixtures("owed")
def test_invoices_when_listed_are_within_ones_organisers(call: Caller) -> None:
    call(f"POST {INVOICES}", {"force": True}, as_="finance")

    ours = call("GET /invoices", as_="finance").get_json()
    of_day = call(f"GET /invoices?study_day={SLUG}&format=json&limit=1", as_="finance").get_json()

    assert [one["number"] for one in ours["items"]] == ["NS-2023-0001", "NS-2023-0002"]
    assert ([one["number"] for one in of_day["items"]], of_day["next"]) == (["NS-2023-0001"], "1")
    assert call("GET /invoices", as_="admin").get_json() == ours
    assert call("GET /invoices", as_="their_finance").get_json() == {"items": [], "next": None}
    assert call(f"GET /invoices?study_day={SLUG}", as_="their_finance").status_code == 404
    assert call("GET /invoices?study_day=nothing", as_="finance").status_code == 404


@pytest.mark.usefixtures("owed")
def test_invoices_when_wanted_as_csv_are_a_file(call: Caller) -> None:
    call(f"POST {INVOICES}", {"force": True}, as_="finance")

    answer = call("GET /invoices?format=csv&limit=1", as_="finance")

    lines = answer.data.decode("utf-8-sig").splitlines()
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invoices.csv"'
    assert [line.split(";")[0] for line in lines] == ["Nummer", "NS-2023-0001", "NS-2023-0002"]


@pytest.mark.parametrize("format_", ["xlsx", "pdf", "ubl", "JSON", ""])
def test_invoices_when_the_format_is_unknown_names_those_there_are(call: Caller, format_: str) -> None:
    answer = call(f"GET /invoices?format={format_}", as_="finance", Accept_Language="en")

    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/invalid-input")
    assert answer.get_json()["errors"] == {"format": "The formats are json and csv."}
