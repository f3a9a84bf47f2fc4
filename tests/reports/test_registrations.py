from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.domain.refusals import InvalidInput, NotFound
from service.domain.seats import Status
from service.extensions import db
from service.models import StudyDay
from service.reports.paging import Page, Slice
from service.reports.registrations import (
    Attendance,
    Cancellation,
    Filter,
    Mails,
    RegistrationItem,
    Terms,
    all_registrations,
    counts,
    registration,
    registrations,
)
from service.transaction import transaction
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT
from tests.life import attended, join, signed_off
from tests.statements import statements


@pytest.fixture
def ids(app: object) -> dict[str, int]:  # noqa: ARG001 - the application's context
    with transaction() as session:
        return attended(session)


def found(day: int, **wanted: object) -> list[int]:
    items = registrations(db.session(), day, Filter(**wanted)).items  # type: ignore[arg-type]  # by name
    return [item.id for item in items]


def test_list_when_all_are_wanted_has_them_in_order_of_sign_up(ids: dict[str, int]) -> None:
    page = registrations(db.session(), ids["day"])

    names = ("present", "absent", "in_time", "late", "unreachable", "waiting")
    assert [item.id for item in page.items] == [ids[name] for name in names]
    assert page.next is None
    assert [item.status for item in page.items] == ["confirmed"] * 2 + ["cancelled"] * 2 + ["confirmed", "cancelled"]


def test_item_when_cancelled_late_tells_the_whole_story(ids: dict[str, int]) -> None:
    item = registration(db.session(), ids["late"])

    assert item.cancellation == Cancellation(FREE_UNTIL, "staff", "organiser", "late", "Belde")
    assert item.terms == Terms(1500, FREE_UNTIL, NOW)
    assert item.mail == Mails(sent=2, failed=0)
    assert item.attendance == Attendance.UNKNOWN
    assert item.full_name == "An4 Øster"


def test_attendance_when_not_signed_off_calls_nobody_absent(ids: dict[str, int]) -> None:
    before = {item.id: item.attendance for item in registrations(db.session(), ids["day"]).items}
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(signed_off_at=ENDS_AT))
    after = {item.id: item.attendance for item in registrations(db.session(), ids["day"]).items}

    assert {ids["present"]} == {one for one, attendance in before.items() if attendance != Attendance.UNKNOWN}
    assert after[ids["present"]] == Attendance.PRESENT
    assert after[ids["absent"]] == after[ids["unreachable"]] == Attendance.ABSENT
    assert after[ids["late"]] == after[ids["in_time"]] == Attendance.UNKNOWN


def test_filter_when_by_attendance_agrees_with_the_items(app: object) -> None:  # noqa: ARG001 - its context
    with transaction() as session:
        ids = signed_off(session)
    everybody = registrations(db.session(), ids["day"]).items

    for attendance in Attendance:
        expected = [item.id for item in everybody if item.attendance == attendance]
        assert found(ids["day"], attendance=attendance) == expected != []


def test_filter_when_by_status(ids: dict[str, int]) -> None:
    assert found(ids["day"], status=Status.CONFIRMED) == [ids["present"], ids["absent"], ids["unreachable"]]
    assert found(ids["day"], status=Status.WAITING) == []
    assert counts(db.session(), ids["day"]) == {"waiting": 0, "offered": 0, "confirmed": 3, "cancelled": 3}


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("helene", "absent"),
        ("ANGSTROM hel", "absent"),
        ("ville exemple", "absent"),
        ("oster", "late"),
        ("O.STER@example", "late"),
        ("smet de", "unreachable"),
        ("nobody", None),
        ("%", None),
        ("_", None),
    ],
)
def test_search_when_typed_carelessly(ids: dict[str, int], search: str, name: str | None) -> None:
    assert found(ids["day"], search=search) == ([ids[name]] if name else [])


def test_search_when_blank_finds_all(ids: dict[str, int]) -> None:
    assert len(found(ids["day"], search="  ")) == 6


def test_pages_when_walked_give_everybody_once(ids: dict[str, int]) -> None:
    for wanted in (Filter(), Filter(search="example")):
        for newest_first in (False, True):
            seen: list[int] = []
            page: Page[RegistrationItem] = Page([], "0" if not newest_first else str(2**31 - 1))
            while page.next is not None:
                part = Slice(limit=2, cursor=page.next, newest_first=newest_first)
                page = registrations(db.session(), ids["day"], wanted, part)
                seen += [item.id for item in page.items]
            assert seen == sorted(found(ids["day"]), reverse=newest_first)


@pytest.mark.parametrize("cursor", ["x", "-1", "1; DROP", "99999999999", "٣", ""])
def test_cursor_when_not_ours(ids: dict[str, int], cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registrations(db.session(), ids["day"], part=Slice(cursor=cursor))
    assert refusal.value.fields == {"cursor": "not-a-number"}


def test_registration_when_there_is_none(ids: dict[str, int]) -> None:
    with pytest.raises(NotFound):
        registration(db.session(), max(ids.values()) + 1_000)


def test_list_when_it_grows_takes_as_many_statements(ids: dict[str, int]) -> None:
    def count(search: str = "") -> int:
        with statements() as seen:
            registrations(db.session(), ids["day"], Filter(search=search))
            all_registrations(db.session(), ids["day"])
        return len(seen)

    before = count(), count("example")
    with transaction() as session:
        for number in range(20, 60):
            join(session, number, now=NOW + timedelta(minutes=number))

    assert (count(), count("example")) == before == (4, 5)


def test_sheet_when_filtered_has_the_details(ids: dict[str, int]) -> None:
    with transaction() as session:
        join(session, 10, dietary="Geen noten", answers={}, now=STARTS_AT - timedelta(days=20))

    (found_one,) = all_registrations(db.session(), ids["day"], Filter(search="an10"))

    assert (found_one.dietary, found_one.organisation_kind, found_one.mail) == ("Geen noten", "other", Mails())
