from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from service.transaction import transaction
from tests.builders import ENDS_AT, NOW, make_day
from tests.conftest import Clock


@pytest.mark.parametrize(("now", "promised"), [(NOW, 1), (ENDS_AT - timedelta(microseconds=1), 1), (ENDS_AT, 0)])
def test_place_when_unknown_is_promised_until_the_day_is_over(
    client: FlaskClient, clock: Clock, now: datetime, promised: int
) -> None:
    with transaction() as session:
        make_day(session, venue=None)
    clock.set(now)

    page = client.get("/en/integratiebeleid").get_data(as_text=True)

    assert page.count("The place will follow") == promised
