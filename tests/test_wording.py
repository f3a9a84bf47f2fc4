"""Every date as five languages say it, around midnight, noon and the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service import wording

BRUSSELS = "Europe/Brussels"
TICK = timedelta(microseconds=1)


def brussels(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, fold=fold, tzinfo=ZoneInfo(BRUSSELS)).astimezone(UTC)  # type: ignore[misc,arg-type]


LIMITS = {
    "registration of the model case": (
        brussels(2023, 3, 21),
        {
            "en": "until and including Monday 20 March 2023, 23:59 (Brussels time)",
            "nl": "tot en met maandag 20 maart 2023, 23:59 uur (tijd in Brussel)",
            "fr": "jusqu’au lundi 20 mars 2023 inclus, 23:59 (heure de Bruxelles)",
            "de": "bis einschließlich Montag, 20. März 2023, 23:59 Uhr (Ortszeit Brüssel)",
            "it": "fino alle ore 23:59 di lunedì 20 marzo 2023 (ora di Bruxelles)",
        },
    ),
    "free cancellation of the model case": (
        brussels(2023, 3, 20),
        {
            "en": "until and including Sunday 19 March 2023, 23:59 (Brussels time)",
            "nl": "tot en met zondag 19 maart 2023, 23:59 uur (tijd in Brussel)",
            "fr": "jusqu’au dimanche 19 mars 2023 inclus, 23:59 (heure de Bruxelles)",
            "de": "bis einschließlich Sonntag, 19. März 2023, 23:59 Uhr (Ortszeit Brüssel)",
            "it": "fino alle ore 23:59 di domenica 19 marzo 2023 (ora di Bruxelles)",
        },
    ),
    "noon": (
        brussels(2023, 3, 20, 12),
        {
            "en": "before 12:00 on Monday 20 March 2023 (Brussels time)",
            "nl": "vóór maandag 20 maart 2023, 12:00 uur (tijd in Brussel)",
            "fr": "avant le lundi 20 mars 2023 à 12:00 (heure de Bruxelles)",
            "de": "vor Montag, 20. März 2023, 12:00 Uhr (Ortszeit Brüssel)",
            "it": "prima delle ore 12:00 di lunedì 20 marzo 2023 (ora di Bruxelles)",
        },
    ),
    "the midnight after the clocks went forward": (
        brussels(2023, 3, 27),
        {
            "en": "until and including Sunday 26 March 2023, 23:59 (Brussels time)",
            "nl": "tot en met zondag 26 maart 2023, 23:59 uur (tijd in Brussel)",
            "fr": "jusqu’au dimanche 26 mars 2023 inclus, 23:59 (heure de Bruxelles)",
            "de": "bis einschließlich Sonntag, 26. März 2023, 23:59 Uhr (Ortszeit Brüssel)",
            "it": "fino alle ore 23:59 di domenica 26 marzo 2023 (ora di Bruxelles)",
        },
    ),
    "the first of May is the last day": (
        brussels(2023, 5, 2),
        {
            "en": "until and including Monday 1 May 2023, 23:59 (Brussels time)",
            "nl": "tot en met maandag 1 mei 2023, 23:59 uur (tijd in Brussel)",
            "fr": "jusqu’au lundi 1er mai 2023 inclus, 23:59 (heure de Bruxelles)",
            "de": "bis einschließlich Montag, 1. Mai 2023, 23:59 Uhr (Ortszeit Brüssel)",
            "it": "fino alle ore 23:59 di lunedì 1º maggio 2023 (ora di Bruxelles)",
        },
    ),
    "the year ends": (
        brussels(2023, 1, 1),
        {
            "en": "until and including Saturday 31 December 2022, 23:59 (Brussels time)",
            "nl": "tot en met zaterdag 31 december 2022, 23:59 uur (tijd in Brussel)",
            "fr": "jusqu’au samedi 31 décembre 2022 inclus, 23:59 (heure de Bruxelles)",
            "de": "bis einschließlich Samstag, 31. Dezember 2022, 23:59 Uhr (Ortszeit Brüssel)",
            "it": "fino alle ore 23:59 di sabato 31 dicembre 2022 (ora di Bruxelles)",
        },
    ),
    "the doubled hour in autumn, first time": (
        brussels(2023, 10, 29, 2, 30),
        {
            "en": "before 02:30 on Sunday 29 October 2023 (Brussels time, UTC+02:00)",
            "nl": "vóór zondag 29 oktober 2023, 02:30 uur (tijd in Brussel, UTC+02:00)",
            "fr": "avant le dimanche 29 octobre 2023 à 02:30 (heure de Bruxelles, UTC+02:00)",
            "de": "vor Sonntag, 29. Oktober 2023, 02:30 Uhr (Ortszeit Brüssel, UTC+02:00)",
            "it": "prima delle ore 02:30 di domenica 29 ottobre 2023 (ora di Bruxelles, UTC+02:00)",
        },
    ),
    "the doubled hour in autumn, second time": (
        brussels(2023, 10, 29, 2, 30, fold=1),
        {
            "en": "before 02:30 on Sunday 29 October 2023 (Brussels time, UTC+01:00)",
            "nl": "vóór zondag 29 oktober 2023, 02:30 uur (tijd in Brussel, UTC+01:00)",
            "fr": "avant le dimanche 29 octobre 2023 à 02:30 (heure de Bruxelles, UTC+01:00)",
            "de": "vor Sonntag, 29. Oktober 2023, 02:30 Uhr (Ortszeit Brüssel, UTC+01:00)",
            "it": "prima delle ore 02:30 di domenica 29 ottobre 2023 (ora di Bruxelles, UTC+01:00)",
        },
    ),
}


@pytest.mark.parametrize(
    ("limit", "language", "expected"),
    [(limit, language, words) for limit, forms in LIMITS.values() for language, words in forms.items()],
)
def test_limit_when_put_into_words_names_the_last_day_or_the_hour(
    limit: datetime, language: str, expected: str
) -> None:
    assert wording.limit_sentence(limit, BRUSSELS, language) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (brussels(2023, 3, 21) - TICK, "before 23:59 on Monday 20 March 2023 (Brussels time)"),
        (brussels(2023, 3, 21), "until and including Monday 20 March 2023, 23:59 (Brussels time)"),
        (brussels(2023, 3, 21) + TICK, "until and including Monday 20 March 2023, 23:59 (Brussels time)"),
        (brussels(2023, 3, 21, 0, 1), "before 00:01 on Tuesday 21 March 2023 (Brussels time)"),
        (brussels(2023, 3, 20, 12) - TICK, "before 11:59 on Monday 20 March 2023 (Brussels time)"),
        (brussels(2023, 3, 20, 12) + TICK, "before 12:00 on Monday 20 March 2023 (Brussels time)"),
        (brussels(2023, 3, 26, 1, 59), "before 01:59 on Sunday 26 March 2023 (Brussels time)"),
        (brussels(2023, 3, 26, 3), "before 03:00 on Sunday 26 March 2023 (Brussels time)"),
    ],
)
def test_limit_when_a_tick_away_never_promises_more_than_it_keeps(limit: datetime, expected: str) -> None:
    assert wording.limit_sentence(limit, BRUSSELS, "en") == expected


@pytest.mark.parametrize(
    ("limit", "zone", "expected"),
    [
        # Midnight was skipped there: the day began at 01:00.
        (datetime(2018, 11, 4, 3, tzinfo=UTC), "America/Sao_Paulo", "Saturday 3 November 2018, 23:59 (Sao Paulo time)"),
        # 23:00 to 23:59 came twice before this midnight.
        (
            datetime(2018, 2, 18, 3, tzinfo=UTC),
            "America/Sao_Paulo",
            "Saturday 17 February 2018, 23:59 (Sao Paulo time, UTC-03:00)",
        ),
        (datetime(2023, 3, 20, tzinfo=UTC), "UTC", "Sunday 19 March 2023, 23:59 (UTC)"),
        (datetime(2023, 3, 19, 18, 30, tzinfo=UTC), "Asia/Kolkata", "Sunday 19 March 2023, 23:59 (Kolkata time)"),
    ],
)
def test_limit_when_zones_are_odd_still_names_the_last_minute(limit: datetime, zone: str, expected: str) -> None:
    assert wording.limit_sentence(limit, zone, "en") == f"until and including {expected}"


HELD_ON_ONE_DAY = {
    "en": "Friday 31 March 2023, 10:15–17:00 (Brussels time)",
    "nl": "vrijdag 31 maart 2023, 10:15–17:00 uur (tijd in Brussel)",
    "fr": "vendredi 31 mars 2023, 10:15–17:00 (heure de Bruxelles)",
    "de": "Freitag, 31. März 2023, 10:15–17:00 Uhr (Ortszeit Brüssel)",
    "it": "venerdì 31 marzo 2023, ore 10:15–17:00 (ora di Bruxelles)",
}
HELD_ON_TWO_DAYS = {
    "en": "Wednesday 7 December 2022, 09:00 – Thursday 8 December 2022, 17:00 (Brussels time)",
    "nl": "woensdag 7 december 2022, 09:00 uur – donderdag 8 december 2022, 17:00 uur (tijd in Brussel)",
    "fr": "mercredi 7 décembre 2022, 09:00 – jeudi 8 décembre 2022, 17:00 (heure de Bruxelles)",
    "de": "Mittwoch, 7. Dezember 2022, 09:00 Uhr – Donnerstag, 8. Dezember 2022, 17:00 Uhr (Ortszeit Brüssel)",
    "it": "mercoledì 7 dicembre 2022, ore 09:00 – giovedì 8 dicembre 2022, ore 17:00 (ora di Bruxelles)",
}


@pytest.mark.parametrize(("language", "expected"), HELD_ON_ONE_DAY.items())
def test_day_when_held_on_one_day_names_it_once(language: str, expected: str) -> None:
    summer = datetime(2023, 3, 31, 8, 15, tzinfo=UTC), datetime(2023, 3, 31, 15, tzinfo=UTC)

    assert wording.held(*summer, BRUSSELS, language) == expected


@pytest.mark.parametrize(("language", "expected"), HELD_ON_TWO_DAYS.items())
def test_day_when_held_on_two_days_names_both(language: str, expected: str) -> None:
    starts_at, ends_at = brussels(2022, 12, 7, 9), brussels(2022, 12, 8, 17)

    assert wording.held(starts_at, ends_at, BRUSSELS, language) == expected


MOMENTS = {
    "en": "Sunday 26 March 2023, 03:00 (Brussels time)",
    "nl": "zondag 26 maart 2023, 03:00 uur (tijd in Brussel)",
    "fr": "dimanche 26 mars 2023, 03:00 (heure de Bruxelles)",
    "de": "Sonntag, 26. März 2023, 03:00 Uhr (Ortszeit Brüssel)",
    "it": "domenica 26 marzo 2023, ore 03:00 (ora di Bruxelles)",
}


@pytest.mark.parametrize(("language", "expected"), MOMENTS.items())
def test_moment_when_the_clocks_have_just_changed_is_the_new_hour(language: str, expected: str) -> None:
    assert wording.moment(datetime(2023, 3, 26, 1, tzinfo=UTC), BRUSSELS, language) == expected


@pytest.mark.parametrize(
    ("on", "language", "expected"),
    [
        (date(2023, 5, 1), "fr", "lundi 1er mai 2023"),
        (date(2023, 5, 1), "it", "lunedì 1º maggio 2023"),
        (date(2023, 5, 1), "de", "Montag, 1. Mai 2023"),
        (date(2023, 5, 1), "nl", "maandag 1 mei 2023"),
        (date(2023, 1, 1), "fr", "dimanche 1er janvier 2023"),
        (date(2023, 3, 31), "fr", "vendredi 31 mars 2023"),
        (date(2023, 3, 21), "it", "martedì 21 marzo 2023"),
        (date(2023, 1, 1), "en", "Sunday 1 January 2023"),
    ],
)
def test_date_when_first_of_the_month_is_an_ordinal_where_people_say_so(on: date, language: str, expected: str) -> None:
    assert wording.in_words(on, language) == expected


def test_day_when_it_begins_elsewhere_is_the_local_one() -> None:
    assert wording.day(datetime(2023, 3, 30, 23, tzinfo=UTC), BRUSSELS, "en") == "Friday 31 March 2023"


def test_time_range_when_written_is_the_same_in_every_language() -> None:
    assert wording.time_range(brussels(2023, 3, 31, 10, 15), brussels(2023, 3, 31, 11), BRUSSELS) == "10:15–11:00"


@pytest.mark.parametrize(
    ("cents", "forms"),
    [
        (1500, ("€15.00", "€\N{NO-BREAK SPACE}15,00", "15,00\N{NO-BREAK SPACE}€", "15,00\N{NO-BREAK SPACE}€")),
        (1, ("€0.01", "€\N{NO-BREAK SPACE}0,01", "0,01\N{NO-BREAK SPACE}€", "0,01\N{NO-BREAK SPACE}€")),
        (0, ("€0.00", "€\N{NO-BREAK SPACE}0,00", "0,00\N{NO-BREAK SPACE}€", "0,00\N{NO-BREAK SPACE}€")),
    ],
)
def test_money_when_written_has_its_cents_in_the_local_form(cents: int, forms: tuple[str, ...]) -> None:
    assert tuple(wording.money(cents, language) for language in ("en", "nl", "fr", "de")) == forms


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Europe/Brussels", "fr", "heure de Bruxelles"),
        ("Europe/Amsterdam", "fr", "heure d’Amsterdam"),
        ("Africa/Cairo", "fr", "heure du Caire"),
        ("Africa/Cairo", "it", "ora del Cairo"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires time"),
        ("Europe/Kyiv", "de", "Ortszeit Kyiv"),
        ("UTC", "nl", "UTC"),
        ("Etc/GMT+5", "nl", "GMT+5"),
    ],
)
def test_zone_when_named_is_its_city_in_the_language(zone: str, language: str, expected: str) -> None:
    assert wording.zone_name(zone, language) == expected


def test_address_when_complete_is_one_line_with_the_country_in_the_language() -> None:
    venue = {"name": "KBR", "street": "Kunstberg 28", "postal_code": "1000", "city": "Brussel", "country": "BE"}

    assert wording.address(venue, "nl") == "KBR, Kunstberg 28, 1000 Brussel, België"


def test_address_when_parts_are_missing_leaves_them_out() -> None:
    assert wording.address({"name": "KBR", "city": "Brussel", "country": ""}, "fr") == "KBR, Brussel"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "26 Mar 2023, 03:00"),
        ("nl", "26 mrt 2023, 03:00"),
        ("fr", "26 mars 2023, 03:00"),
        ("de", "26. März 2023, 03:00"),
        ("it", "26 mar 2023, 03:00"),
    ],
)
def test_moment_when_brief_leaves_weekday_and_zone_to_the_caption(language: str, expected: str) -> None:
    at = datetime(2023, 3, 26, 1, tzinfo=UTC)

    assert wording.brief(at, BRUSSELS, language) == expected
    assert wording.clock(at, BRUSSELS) == "03:00"
