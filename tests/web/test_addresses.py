import pytest
from flask.testing import FlaskClient

PATHS = ["/nl/a%00b", "/nl/a%00b/register", "/nl/a%00b/late-request", "/nl/a%00.ics", "/r/a%00b", "/desk/sign-in/a%00"]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("path", [*PATHS, "/api/v1/study-days/a%00b", "/problems/a%00", "/static/a%00"])
def test_address_when_it_holds_a_nul_is_none(client: FlaskClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code in {404, 405}
