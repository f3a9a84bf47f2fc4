import csv
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import Actor
from service.domain.roles import Role
from service.extensions import db
from service.models import Charge, History, Invoice, Registration
from service.transaction import transaction
from service.usecases.invoice import issue_invoices
from tests.builders import ENDS_AT, TICK, make_organiser
from tests.conftest import Clock
from tests.staff import sign_in
from tests.statements import statements
from tests.web.people import desk_after, words

DAY = "/finance/study-days/integratiebeleid"
ISSUE = f"{DAY}/invoices"
OBJECTION_OVER = ENDS_AT + timedelta(days=14)


@pytest.fixture
def ids(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, OBJECTION_OVER, settled=True, role=Role.FINANCE)


def numbers() -> list[str]:
    return list(db.session.execute(sa.select(Invoice.number).order_by(Invoice.id)).scalars())


def sheet(client: FlaskClient, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/finance/invoices.csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=";", strict=True))


def put_back(charge_ids: list[int], **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(Charge).where(Charge.id.in_(charge_ids)).values(**values))


@pytest.mark.usefixtures("ids")
def test_list_when_objection_is_over_says_what_can_be_invoiced(client: FlaskClient) -> None:
    text = words(client.get("/finance/").text)

    assert "Working together on integration policy Friday 31 March 2023 €30.00 (2) – €15.00 (1) – –" in text


def test_list_when_there_are_no_fees_says_so(client: FlaskClient, clock: Clock) -> None:
    desk_after(client, clock, ENDS_AT, role=Role.FINANCE)

    assert "No study day has fees yet." in client.get("/finance/").text
    assert "there are no fees yet" in client.get(DAY).text


def test_day_when_looked_at_shows_money_and_names_but_no_needs(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        person = session.get_one(Registration, ids["absent"])
        person.dietary, person.access_needs, person.remarks = "Geen noten", "Rolstoel", "Geheim"

    page = client.get(DAY).text

    assert "Hélène Ångström Ville d’Exemple Did not come, did not cancel €15.00 Can be invoiced" in words(page)
    assert "The time to object is over for 2 fees: €30.00." in words(page)
    assert "The organiser decides" in page
    for hidden in ("Geen noten", "Rolstoel", "Geheim", "an2@example.org"):
        assert hidden not in page


@pytest.mark.usefixtures("ids")
def test_issue_when_due_numbers_without_a_gap(client: FlaskClient) -> None:
    answer = client.post(ISSUE)

    assert (answer.status_code, answer.location) == (303, f"{DAY}?done=issued#invoices")
    assert numbers() == ["NS-2023-0001", "NS-2023-0002"]
    text = words(client.get(answer.location).text)
    assert "The invoices are issued." in text
    assert (
        "NS-2023-0001 Ville d’Exemple Hélène Ångström €15.00, Did not come, did not cancel €15.00"
        " +++202/3000/00111+++ 14 Apr 2023 14 May 2023 Open"
    ) in text
    lines = db.session.execute(sa.select(History).where(History.action == "invoiced")).scalars().all()
    assert {(line.channel, line.staff_id is not None) for line in lines} == {("desk", True)}


@pytest.mark.parametrize("force", [True, False])
def test_issue_when_objection_is_possible_waits_unless_forced(
    client: FlaskClient, clock: Clock, *, force: bool
) -> None:
    desk_after(client, clock, OBJECTION_OVER - TICK, settled=True, role=Role.FINANCE)

    page = client.get(DAY).text
    answer = client.post(ISSUE, data={"force": "1"} if force else {})

    assert "No fee can be invoiced yet: all can still be objected to." in page
    assert "Also the 2 fees that can still be objected to (€30.00), without waiting" in words(page)
    assert answer.location == f"{DAY}?done={'issued' if force else 'nothing'}#invoices"
    assert numbers() == (["NS-2023-0001", "NS-2023-0002"] if force else [])
    if not force:
        assert "There was nothing to invoice" in client.get(answer.location).text


@pytest.mark.usefixtures("ids")
def test_issue_when_repeated_makes_nothing_new(client: FlaskClient) -> None:
    client.post(ISSUE)
    again = client.post(ISSUE)

    assert again.location == f"{DAY}?done=nothing#invoices"
    assert len(numbers()) == 2


@pytest.mark.usefixtures("ids")
def test_invoices_when_downloaded_twice_are_the_same_and_unmarked(client: FlaskClient) -> None:
    client.post(ISSUE)

    first, second = (client.get("/finance/invoices.csv?study_day=integratiebeleid") for _ in range(2))

    assert first.data == second.data
    assert first.headers["Content-Disposition"] == 'attachment; filename="invoices-integratiebeleid.csv"'
    rows = sheet(client, "?study_day=integratiebeleid")
    assert [(row["Number"], row["Debtor"], row["Amount (EUR)"], row["Due on"]) for row in rows] == [
        ("NS-2023-0001", "Ville d’Exemple", "15,00", "14/05/2023"),
        ("NS-2023-0002", "Stad Voorbeeld", "15,00", "14/05/2023"),
    ]


@pytest.mark.usefixtures("ids")
def test_invoices_when_a_year_is_chosen_are_of_that_year(client: FlaskClient) -> None:
    client.post(ISSUE)

    assert [len(sheet(client, query)) for query in ("", "?year=2023", "?year=2024")] == [2, 2, 0]
    assert "NS-2023-0002" in client.get("/finance/invoices?year=2023").text
    assert "None so far." in client.get("/finance/invoices?year=2024").text
    for wrong in ("x", "-1", "20234", "٢٠٢٣"):
        assert client.get(f"/finance/invoices?year={wrong}").status_code == 422


@pytest.mark.usefixtures("ids")
def test_invoices_when_of_other_organisers_are_not_theirs(client: FlaskClient) -> None:
    client.post(ISSUE)
    with transaction() as session:
        make_organiser(session, slug="other")
    sign_in(client, Role.FINANCE, organiser="other", language="en")

    assert sheet(client, "") == sheet(client, "?year=2023") == []
    assert "NS-2023" not in client.get("/finance/invoices").text
    assert "No study day has fees yet." in client.get("/finance/").text
    for address in (DAY, "/finance/invoices.csv?study_day=integratiebeleid"):
        assert client.get(address).status_code == 404
    assert client.post(ISSUE, data={"force": "1"}).status_code == 404


def test_invoices_when_many_are_paged(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        issue_invoices(session, ids["day"], force=True, actor=Actor("staff", "desk"), now=OBJECTION_OVER)
        one = session.execute(sa.select(Invoice).limit(1)).scalar_one()
        for number in range(100, 160):
            values = {
                column.key: getattr(one, column.key)
                for column in Invoice.__table__.columns
                if column.key not in {"id", "number", "sequence"}
            }
            session.add(Invoice(number=f"NS-2023-{number:04d}", sequence=number, **values))

    first = client.get("/finance/invoices").text
    following = first.partition('href="/finance/invoices?cursor=')[2].partition('"')[0]
    second = client.get(f"/finance/invoices?cursor={following}").text

    assert "NS-2023-0159" in first
    assert "NS-2023-0001" not in first
    assert "NS-2023-0001" in second


def test_pages_when_they_grow_cost_the_same_statements(client: FlaskClient, ids: dict[str, int]) -> None:
    def cost() -> list[int]:
        counted = []
        for address in ("/finance/", DAY, "/finance/invoices", "/finance/invoices.csv"):
            with statements() as seen:
                assert client.get(address).status_code == 200
            counted.append(len(seen))
        return counted

    client.post(ISSUE)
    few = cost()
    put_back([ids["charge_unreachable"]], waiver_proposed=False, objection_until=ENDS_AT)
    client.post(ISSUE)

    assert cost() == few == [3, 7, 5, 4]
