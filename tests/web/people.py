"""A lived-through study day and somebody of its staff at the desk, for tests of people's pages."""

import re
from datetime import datetime
from typing import Final

from flask.testing import FlaskClient

from service.domain.roles import Role
from service.transaction import transaction
from tests.conftest import Clock
from tests.life import attended, signed_off
from tests.staff import sign_in

URL: Final = "/desk/study-days/integratiebeleid"


def desk_after(
    client: FlaskClient, clock: Clock, at: datetime, *, settled: bool = False, role: Role = Role.ORGANISER
) -> dict[str, int]:
    """The day of ``tests.life`` at that instant, with the client signed in, in English; ``settled`` after sign-off."""
    with transaction() as session:
        ids = (signed_off if settled else attended)(session)
    clock.set(at)
    sign_in(client, role, language="en")
    return ids


def words(page: str) -> str:
    """What is read of a page: its text without tags, its white space as single blanks."""
    body = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())
