from datetime import UTC, datetime
from typing import Any

import pytest

from service.domain.refusals import InvalidInput
from service.models import StudyDay
from service.web.forms import CODES, load
from service.web.study_day_schema import StudyDaySchema, settled

LEAST: dict[str, Any] = {
    "slug": "integratiebeleid",
    "title": {"nl": "Samenwerken", "en": "Working together"},
    "starts_at": "2023-03-31T10:15:00+02:00",
    "ends_at": "2023-03-31T17:00:00+02:00",
}
WHOLE: dict[str, Any] = {
    **LEAST,
    "organiser": "bsog",
    "kind": "webinar",
    "summary": {"nl": "Kort"},
    "description": {"nl": "# Lang\n\nEn breed"},
    "audience": {},
    "languages": ["nl", "en"],
    "time_zone": "Europe/Brussels",
    "opens_at": "2023-01-01T00:00:00+01:00",
    "closes_at": "2023-03-21T00:00:00+01:00",
    "free_cancellation_until": "2023-03-20T00:00:00+01:00",
    "capacity": 120,
    "waiting_list": False,
    "fee_cents": 0,
    "late_cancellation_policy": "unless_refilled",
    "offer_hours": 48,
    "mailbox": "events@vub.example",
    "venue": {"name": "KBR", "street": "Kunstberg 28", "postal_code": "1000", "city": "Brussel", "country": "BE"},
    "online_url": "https://meet.example/a?b=c#d",
    "sessions": [
        {
            "starts_at": "2023-03-31T10:15:00+02:00",
            "ends_at": "2023-03-31T10:30:00+02:00",
            "title": {"nl": "Welkom"},
            "speakers": "Els",
            "room": "A",
        }
    ],
    "partners": [{"name": "VUB", "url": "https://vub.example", "role": "organiser"}],
    "project": {"name": "IncluCities", "funder": "AMIF", "period": "2020–2022"},
    "materials": [{"title": "Slides", "url": "https://vub.example/s.pdf", "kind": "slides", "language": "nl"}],
    "questions": [
        {
            "id": "lunch",
            "kind": "choice",
            "label": {"nl": "Broodje"},
            "required": True,
            "options": [{"value": "kaas", "label": {"nl": "Kaas"}}, {"value": "geen", "label": {}}],
        }
    ],
    "published": True,
}


def wrong(change: dict[str, Any], **options: Any) -> dict[str, str]:
    """What is wrong with a study day after this change."""
    with pytest.raises(InvalidInput) as caught:
        load(StudyDaySchema(**options), {**LEAST, **change})
    return dict(caught.value.fields)


def test_new_day_when_only_the_least_is_given_is_complete() -> None:
    day = load(StudyDaySchema(), LEAST)

    assert day["languages"] == ["nl", "en"]
    assert day["starts_at"] == datetime(2023, 3, 31, 8, 15, tzinfo=UTC)
    assert day["closes_at"] == day["free_cancellation_until"] == day["starts_at"]
    assert (day["capacity"], day["fee_cents"], day["offer_hours"], day["waiting_list"]) == (None, 1500, 24, True)
    assert (day["venue"], day["sessions"], day["published"]) == (None, [], False)


def test_new_day_when_all_is_given_keeps_all() -> None:
    day = load(StudyDaySchema(), WHOLE)

    expected = {
        **WHOLE,
        "starts_at": datetime(2023, 3, 31, 8, 15, tzinfo=UTC),
        "ends_at": datetime(2023, 3, 31, 15, tzinfo=UTC),
        "opens_at": datetime(2022, 12, 31, 23, tzinfo=UTC),
        "closes_at": datetime(2023, 3, 20, 23, tzinfo=UTC),
        "free_cancellation_until": datetime(2023, 3, 19, 23, tzinfo=UTC),
        "sessions": [
            {
                **WHOLE["sessions"][0],
                "starts_at": "2023-03-31T08:15:00+00:00",
                "ends_at": "2023-03-31T08:30:00+00:00",
            }
        ],
    }
    assert day == expected
    assert {name for name in day if not hasattr(StudyDay, name)} == set()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"slug": None}, {"slug": "required"}),
        ({"slug": "A day"}, {"slug": "not-a-slug"}),
        ({"slug": "day\n"}, {"slug": "not-a-slug"}),
        ({"slug": "a" * 81}, {"slug": "too-long"}),
        ({"slug": "feed"}, {"slug": "slug-reserved"}),
        ({"slug": 5}, {"slug": "not-text"}),
        ({"kind": "party"}, {"kind": "not-a-choice"}),
        ({"title": {}}, {"title": "required"}),
        ({"title": {"nl": "  "}}, {"title": "required"}),
        ({"title": "Dag"}, {"title": "not-texts"}),
        ({"title": {"es": "Día", "nl": "x" * 201}}, {"title.es": "unknown-field", "title.nl": "too-long"}),
        ({"title": {"nl": "a\x00b"}}, {"title.nl": "control-characters"}),
        ({"title": {"nl": "a\ud800b"}}, {"title.nl": "control-characters"}),
        ({"title": {"nl": "a\u202eb"}}, {"title.nl": "control-characters"}),
        ({"title": {"nl": "a\r\nBcc: b"}}, {"title.nl": "control-characters"}),
        ({"languages": []}, {"languages": "required"}),
        ({"languages": ["nl", "nl"]}, {"languages": "twice"}),
        ({"languages": ["es"]}, {"languages.0": "not-a-choice"}),
        ({"time_zone": "Europe/Mechelen"}, {"time_zone": "no-such-zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone": "no-such-zone"}),
        ({"starts_at": "2023-03-31T10:15:00+01:00"}, {"starts_at": "wrong-offset"}),
        ({"starts_at": "2023-03-31T08:15:00Z"}, {"starts_at": "wrong-offset"}),
        ({"starts_at": "2023-03-31T10:15:00"}, {"starts_at": "no-offset"}),
        ({"starts_at": "2023-03-31"}, {"starts_at": "not-a-time"}),
        ({"starts_at": "2023-02-30T10:15:00+01:00"}, {"starts_at": "not-a-time"}),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, {"starts_at": "out-of-range"}),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, {"starts_at": "out-of-range"}),
        ({"starts_at": 1680250500}, {"starts_at": "not-a-time"}),
        ({"closes_at": "2023-03-20T23:59:00+02:00"}, {"closes_at": "wrong-offset"}),
        ({"closes_at": None}, {"closes_at": "required"}),
        ({"capacity": 0}, {"capacity": "out-of-range"}),
        ({"capacity": 100_001}, {"capacity": "out-of-range"}),
        ({"capacity": "12"}, {"capacity": "not-a-number"}),
        ({"capacity": True}, {"capacity": "not-a-number"}),
        ({"capacity": 1.5}, {"capacity": "not-a-number"}),
        ({"capacity": float("nan")}, {"capacity": "not-a-number"}),
        ({"fee_cents": -1}, {"fee_cents": "out-of-range"}),
        ({"fee_cents": 2**70}, {"fee_cents": "out-of-range"}),
        ({"fee_cents": None}, {"fee_cents": "required"}),
        ({"offer_hours": 721}, {"offer_hours": "out-of-range"}),
        ({"waiting_list": 1}, {"waiting_list": "not-yes-or-no"}),
        ({"mailbox": "events@"}, {"mailbox": "not-an-address"}),
        ({"mailbox": "events@my_town.be"}, {"mailbox": "not-an-address"}),
        ({"mailbox": "events@-town.be"}, {"mailbox": "not-an-address"}),
        ({"venue": "KBR"}, {"venue": "not-an-object"}),
        ({"venue": {"street": "Kunstberg"}}, {"venue.name": "required"}),
        ({"venue": {"name": "KBR", "floor": "1"}}, {"venue.floor": "unknown-field"}),
        ({"online_url": "javascript:alert(1)"}, {"online_url": "not-a-link"}),
        ({"online_url": "https://"}, {"online_url": "not-a-link"}),
        ({"online_url": "https://user:word@x.example"}, {"online_url": "not-a-link"}),
        ({"online_url": "https://x.example:99999"}, {"online_url": "not-a-link"}),
        ({"online_url": "https://[x.example"}, {"online_url": "not-a-link"}),
        ({"sessions": {}}, {"sessions": "not-a-list"}),
        ({"sessions": [7]}, {"sessions.0": "not-an-object"}),
        ({"sessions": WHOLE["sessions"] * 101}, {"sessions": "too-many"}),
        (
            {"sessions": [{**WHOLE["sessions"][0], "ends_at": "2023-03-31T10:15:00+02:00"}]},
            {"sessions.0.ends_at": "ends-before-start"},
        ),
        (
            {"sessions": [{**WHOLE["sessions"][0], "starts_at": "2023-03-31T09:15:00+01:00"}]},
            {"sessions.0.starts_at": "wrong-offset"},
        ),
        ({"partners": [{"name": "VUB", "role": "friend"}]}, {"partners.0.role": "not-a-choice"}),
        ({"materials": [{"title": "Slides"}]}, {"materials.0.url": "required"}),
        ({"questions": WHOLE["questions"] * 2}, {"questions": "twice"}),
        ({"questions": [{"id": "a b", "label": "Wat?"}]}, {"questions.0.id": "not-an-id"}),
        ({"questions": [{"id": "a", "label": "Wat?", "kind": "choice"}]}, {"questions.0.options": "no-options"}),
        (
            {"questions": [{"id": "a", "label": "Wat?", "options": [{"value": "b"}]}]},
            {"questions.0.options": "options-of-no-choice"},
        ),
        ({"questions": [{"id": f"q{n}", "label": "Wat?"} for n in range(21)]}, {"questions": "too-many"}),
        ({"capasity": 5}, {"capasity": "unknown-field"}),
        (
            {"slug": "A", "capacity": 0, "fee_cents": "x"},
            {"slug": "not-a-slug", "capacity": "out-of-range", "fee_cents": "not-a-number"},
        ),
    ],
)
def test_new_day_when_something_is_wrong_names_field_and_code(change: dict[str, Any], codes: dict[str, str]) -> None:
    assert wrong(change) == codes
    assert set(codes.values()) <= set(CODES)


def test_nested_text_when_plain_stands_for_every_language() -> None:
    day = load(StudyDaySchema(), {**LEAST, "questions": [{"id": "a", "label": "Allergies?"}]})

    assert day["questions"][0]["label"] == dict.fromkeys(("nl", "fr", "en", "de", "it"), "Allergies?")


def test_change_when_the_zone_is_given_holds_only_what_was_sent_in_utc() -> None:
    change = {"closes_at": "2023-03-26T03:00:00+02:00", "venue": {"name": "Elders"}}

    assert load(StudyDaySchema(partial=True, zone="Europe/Brussels"), change) == {
        "closes_at": datetime(2023, 3, 26, 1, tzinfo=UTC),
        "venue": {"name": "Elders", "street": "", "postal_code": "", "city": "", "country": "BE"},
    }


def test_change_when_a_part_lacks_what_it_needs_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        load(StudyDaySchema(partial=True), {"venue": {"street": "Kunstberg"}})
    assert caught.value.fields == {"venue.name": "required"}


def test_change_when_the_zone_comes_later_is_held_against_it_then() -> None:
    values = load(StudyDaySchema(partial=True), {"closes_at": "2023-03-26T02:30:00+02:00", "capacity": 3})

    assert settled(values, "Europe/Brussels") == (
        {"closes_at": datetime(2023, 3, 26, 0, 30, tzinfo=UTC), "capacity": 3},
        {"closes_at": "wrong-offset"},
    )


def test_form_when_values_are_text_reads_them() -> None:
    form = {
        **LEAST,
        "starts_at": datetime(2023, 3, 31, 8, 15, tzinfo=UTC),
        "ends_at": datetime(2023, 3, 31, 15, tzinfo=UTC),
        "capacity": "",
        "fee_cents": " 1500 ",
        "waiting_list": "",
        "published": "on",
        "online_url": "",
        "opens_at": None,
        "questions": [{"id": "a", "kind": "yes_no", "label": {"nl": "Ja?"}, "required": "on", "options": []}],
    }

    day = load(StudyDaySchema(form=True), form)

    assert day["starts_at"] == datetime(2023, 3, 31, 8, 15, tzinfo=UTC)
    assert (day["capacity"], day["fee_cents"], day["waiting_list"], day["published"]) == (None, 1500, False, True)
    assert (day["online_url"], day["questions"][0]["required"]) == (None, True)


@pytest.mark.parametrize("typed", ["1e3", "٣", "- 5", "x", "1" * 5000])
def test_form_when_a_number_is_none_says_so(typed: str) -> None:
    expected = "out-of-range" if typed.isascii() and typed.isdigit() else "not-a-number"

    assert wrong({"capacity": typed}, form=True) == {"capacity": expected}
