import pytest
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.transaction import transaction
from tests.builders import make_organiser
from tests.staff import sign_in

PATHS = ["/nl/a%00b", "/nl/a%00b/register", "/nl/a%00b/late-request", "/nl/a%00.ics", "/r/a%00b", "/desk/sign-in/a%00"]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("path", [*PATHS, "/api/v1/study-days/a%00b", "/problems/a%00", "/static/a%00"])
def test_address_when_it_holds_a_nul_is_none(client: FlaskClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code in {404, 405}


@pytest.mark.parametrize(
    "path", ["/nl/?page=%00", "/finance/invoices?study_day=a%00", "/finance/invoices.csv?study_day=%00"]
)
def test_address_when_its_query_holds_a_nul_is_none(client: FlaskClient, path: str) -> None:
    with transaction() as session:
        make_organiser(session)
    sign_in(client, Role.FINANCE)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/nl", "/finance", "/static//site.css"])
def test_address_when_a_slash_is_amiss_leads_to_a_page_of_ours(client: FlaskClient, path: str) -> None:
    answer = client.get(f"http://evil.example{path}?page=1")

    assert answer.status_code == 308
    assert answer.headers["Location"] in {"/nl/?page=1", "/finance/?page=1", "/static/site.css?page=1"}


@pytest.mark.parametrize(
    "path", ["/desk/", "/finance/", "/finance/invoices", "/desk/sign-in/x", "/desk/study-days/none"]
)
def test_address_when_it_is_for_staff_is_stored_nowhere(client: FlaskClient, path: str) -> None:
    with transaction() as session:
        make_organiser(session)
    sign_in(client, Role.FINANCE)

    assert client.get(path).headers["Cache-Control"] == "no-store"
