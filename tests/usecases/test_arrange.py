"""rules.md 2, 4, 6: create and change a study day; who is told, and what is free again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.refusals import AlreadySignedOff, Conflict, InvalidInput, SlugTaken, StudyDayCancelled
from service.extensions import db
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day, create_study_day
from service.usecases.open_close import call_off
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK, make_organiser
from tests.usecases.steps import (
    DESK,
    came,
    cancelled,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    told,
)

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
VALUES: dict[str, Any] = {
    "slug": "buddies",
    "title": {"nl": "Buddy's", "en": "Buddies"},
    "languages": ["nl", "en"],
    "starts_at": STARTS_AT,
    "ends_at": ENDS_AT,
    "opens_at": None,
    "closes_at": CLOSES_AT,
    "free_cancellation_until": FREE_UNTIL,
    "mailbox": "",
}
pytestmark = pytest.mark.usefixtures("app")


def created(**overrides: Any) -> StudyDay:
    with transaction() as session:
        organiser = make_organiser(session, slug=overrides.pop("organiser", "bsog"))
        return create_study_day(session, organiser, {**VALUES, **overrides}, actor=DESK, now=NOW)


def changed(*, now: datetime = NOW, revision: int | None = None, **values: Any) -> StudyDay:
    with transaction() as session:
        change_study_day(session, 1, values, revision=revision, actor=DESK, now=now)
    db.session.rollback()
    return db.session.get_one(StudyDay, 1, populate_existing=True)


class TestCreating:
    def test_keeps_what_was_given_and_writes_it_down(self) -> None:
        day = created(capacity=20)
        assert (day.slug, day.capacity, day.taken, day.waiting) == ("buddies", 20, 0, 0)
        assert (day.mailbox, day.revision, day.published) == ("events_bsog@vub.be", 1, False)
        assert last_line().facts == {"slug": "buddies", "published": False}

    @pytest.mark.parametrize(
        ("values", "fields"),
        [
            ({"closes_at": STARTS_AT + TICK}, {"closes_at": "closes-after-start"}),
            ({"opens_at": CLOSES_AT}, {"opens_at": "opens-after-close"}),
            ({"ends_at": STARTS_AT}, {"ends_at": "ends-before-start"}),
            ({"title": {"nl": "Buddy's", "en": ""}}, {"title": "language-missing"}),
            ({"languages": ["nl", "fr"]}, {"title": "language-missing"}),
        ],
    )
    def test_refuses_what_cannot_be(self, values: dict[str, Any], fields: dict[str, str]) -> None:
        with pytest.raises(InvalidInput) as caught:
            created(**values)
        assert caught.value.fields == fields
        assert history() == []

    def test_refuses_an_address_that_is_in_use_also_by_another_organiser(self) -> None:
        created()
        with pytest.raises(SlugTaken) as caught:
            created(organiser="vvsg")
        assert caught.value.facts == {"slug": "buddies"}


class TestChanging:
    def test_of_a_text_tells_nobody(self) -> None:
        given_day()
        joined()
        day = changed(summary={"nl": "Over integratie"}, mailbox="events_bsog@vub.be")
        assert (day.summary, day.revision, day.free_again_until) == ({"nl": "Over integratie"}, 2, None)
        assert (told(1), history(1)) == ([], ["changed"])
        assert last_line().facts == {"fields": ["summary"], "before": {}}

    def test_of_nothing_is_nothing(self) -> None:
        given_day()
        assert changed(capacity=None, fee_cents=1500).revision == 1
        assert history() == []

    def test_by_two_editors_at_once(self) -> None:
        given_day()
        changed(revision=1, fee_cents=1600)
        with pytest.raises(Conflict):
            changed(revision=1, fee_cents=1700)

    def test_of_a_limit_or_a_lower_fee_writes_down_what_it_was(self) -> None:
        given_day()

        changed(closes_at=CLOSES_AT + HOUR, fee_cents=1000)

        were = {"closes_at": CLOSES_AT.isoformat(), "fee_cents": 1500}
        assert last_line().facts == {"fields": ["closes_at", "fee_cents"], "before": were}

    @pytest.mark.parametrize(
        ("values", "before"),
        [
            ({"starts_at": STARTS_AT + HOUR}, {"starts_at": STARTS_AT.isoformat()}),
            ({"ends_at": ENDS_AT - HOUR}, {"ends_at": ENDS_AT.isoformat()}),
            ({"online_url": "https://meet.example"}, {"online_url": None}),
            ({"fee_cents": 1501}, {"fee_cents": 1500}),
        ],
    )
    def test_of_time_place_or_a_higher_fee_tells_everyone(self, values: dict[str, Any], before: dict[str, Any]) -> None:
        given_day(capacity=1)
        an, bo, cy = joined(1), joined(2), joined(3)
        cancelled(cy)

        changed(**values)

        assert told(4) == [("an1", "study_day_changed"), ("an2", "study_day_changed")]
        assert last_facts("study_day_changed") == {"sequence": 1, "calendar": False, "before": before}
        assert [row(one).sequence for one in (an, bo)] == [1, 1]
        assert last_line().facts == {"fields": sorted(values), "before": before}

    def test_of_the_venue_tells_the_old_one(self) -> None:
        given_day()
        joined()
        changed(venue={"name": "Manos", "street": "Louizalaan", "postal_code": "1050", "city": "Brussel"})
        assert last_facts("study_day_changed")["before"]["venue"]["name"] == "KBR"
        assert last_facts("study_day_changed")["calendar"] is True

    @pytest.mark.parametrize(
        ("now", "free_again"),
        [
            (NOW, FREE_UNTIL),
            (FREE_UNTIL - WEEK, FREE_UNTIL),
            (FREE_UNTIL - WEEK + TICK, FREE_UNTIL + TICK),
            (FREE_UNTIL + HOUR, FREE_UNTIL + HOUR + WEEK),
            (STARTS_AT - WEEK + HOUR, STARTS_AT),
            (STARTS_AT - TICK, STARTS_AT),
        ],
    )
    def test_makes_cancelling_free_again(self, now: datetime, free_again: datetime) -> None:
        given_day()
        an, bo = joined(1), joined(2)

        day = changed(now=now, online_url="https://meet.example")

        assert day.free_again_until == free_again
        assert row(an).terms.free_until == free_again
        if free_again > now:
            cancelled(an, now=max(now, free_again - TICK))
            assert row(an).cancelled_verdict == "on_time"
        if free_again < STARTS_AT:
            cancelled(bo, now=free_again)
            assert row(bo).cancelled_verdict == "late"

    def test_when_the_day_has_begun_tells_those_with_a_place_until_the_end(self) -> None:
        given_day(capacity=1)
        joined(1)
        joined(2)
        day = changed(now=STARTS_AT, online_url="https://meet.example")
        assert (day.free_again_until, told(2)) == (None, [("an1", "study_day_changed")])
        changed(now=ENDS_AT - TICK, ends_at=ENDS_AT + HOUR)
        changed(now=ENDS_AT, ends_at=ENDS_AT)
        assert told(3) == [("an1", "study_day_changed")] * 2
        changed(now=ENDS_AT, venue={"name": "Manos"})
        assert told(5) == []

    def test_of_the_title_tells_those_who_have_it_in_their_calendar_in_that_language(self) -> None:
        given_day(capacity=2)
        joined(1, language="nl")
        joined(2, language="fr")
        joined(3, language="nl")

        day = changed(title={"nl": "Samen aan integratie", "en": "Working together on integration policy"})

        assert told(3) == [("an1", "study_day_changed")]
        assert last_facts("study_day_changed") == {
            "sequence": 1,
            "calendar": True,
            "before": {"title": "Samenwerken aan integratiebeleid"},
        }
        assert ([row(one).sequence for one in (1, 2, 3)], day.free_again_until) == ([1, 0, 0], None)

    def test_of_the_mailbox_tells_those_whose_calendar_answers_it(self) -> None:
        given_day(capacity=1)
        joined(1)
        joined(2)
        day = changed(mailbox="studiedag@vub.be")
        assert (told(2), day.free_again_until) == ([("an1", "study_day_changed")], None)
        assert last_facts("study_day_changed")["before"] == {"mailbox": "events_bsog@vub.be"}

    def test_of_the_title_once_the_day_is_over_tells_nobody(self) -> None:
        given_day()
        joined()
        changed(now=ENDS_AT, title={"nl": "Wat wij leerden", "en": "What we learnt"})
        assert told(1) == []

    def test_of_anything_is_a_revision_with_its_instant(self) -> None:
        given_day()
        assert changed(now=NOW + HOUR, capacity=5).changed_at == NOW + HOUR
        assert changed(now=NOW + WEEK, capacity=5).changed_at == NOW + HOUR

    def test_after_sign_off_leaves_time_place_and_fee_alone(self) -> None:
        given_day()
        came(joined())
        signed_off()
        for values in ({"starts_at": STARTS_AT + WEEK, "ends_at": ENDS_AT + WEEK}, {"fee_cents": 9900}):
            with pytest.raises(AlreadySignedOff):
                changed(now=ENDS_AT, **values)
        assert changed(now=ENDS_AT, materials=[{"title": "Slides"}]).materials == [{"title": "Slides"}]

    def test_of_what_was_called_off(self) -> None:
        day = given_day()
        with transaction() as session:
            call_off(session, day, reason="Strike", actor=DESK, now=NOW)
        with pytest.raises(StudyDayCancelled):
            changed(capacity=5)

    def test_of_the_address_to_one_in_use(self) -> None:
        given_day()
        created(organiser="vvsg")
        with pytest.raises(SlugTaken):
            changed(slug="buddies")

    def test_to_an_earlier_day_takes_the_offers_along(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)
        starts_at = FREE_UNTIL + timedelta(hours=12)
        times: dict[str, Any] = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "closes_at": FREE_UNTIL}
        changed(now=FREE_UNTIL, free_cancellation_until=FREE_UNTIL, **times)
        assert row(bo).offered_until == starts_at - timedelta(hours=2)
        assert row(bo).terms.free_until == starts_at
