import re

from flask.testing import FlaskClient

from service.transaction import transaction
from tests.builders import make_day
from tests.web.forms import PERSON


def test_form_when_every_field_holds_a_long_text_is_accepted(client: FlaskClient) -> None:
    """Nobody's browser extension, and no load driver, may fail on a field that does not need to be right."""
    with transaction() as session:
        make_day(session)
    page = client.get("/nl/integratiebeleid/register").text
    fields = re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page)
    form = {**dict.fromkeys(fields, "First1234567890123 Last"), **PERSON}

    answer = client.post("/nl/integratiebeleid/register", data=form)

    assert set(fields) > {"invoice_enterprise_number", "phone", "town", "invoice_reference"}
    assert answer.status_code == 303
