"""The model case for tests of the public pages; they work in the application of the test's client."""

from typing import Any

from service.domain.actors import Actor
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from tests.builders import NOW, make_day

DESK = Actor("staff", "desk")
PAGE = "/nl/integratiebeleid"


def arrange(**overrides: Any) -> StudyDay:
    """Make the model case, with other values where they are named."""
    with transaction() as session:
        return make_day(session, **overrides)


def change(day: StudyDay, **values: Any) -> None:
    """Change it as an organiser does."""
    with transaction() as session:
        change_study_day(session, day.id, values, actor=DESK, now=NOW)
