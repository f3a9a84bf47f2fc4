import pytest
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.transaction import transaction
from tests.builders import make_day
from tests.staff import sign_in


@pytest.fixture(autouse=True)
def day(client: FlaskClient) -> None:
    with transaction() as session:
        make_day(session)
    sign_in(client, Role.ORGANISER)


def test_desk_when_signed_in_lists_the_study_days(client: FlaskClient) -> None:
    answer = client.get("/desk/")

    assert answer.status_code == 200
    assert 'href="/desk/study-days/integratiebeleid"' in answer.text


def test_refusal_when_signed_in_speaks_the_language_of_the_staff(client: FlaskClient) -> None:
    answer = client.get("/desk/study-days/none", headers={"Accept-Language": "fr"})

    assert answer.status_code == 404
    assert '<html lang="nl">' in answer.text
