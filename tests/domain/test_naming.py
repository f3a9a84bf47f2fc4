"""rules.md 5: which study day a subject names."""

import pytest

from service.domain.naming import Named, named, tagged

TITLES = {
    1: {"nl": "Samenwerken aan integratiebeleid", "en": "Working together: integration"},
    2: {"nl": "Integratiebeleid", "fr": "Politique d’intégration"},
    3: {"en": "AI"},
}
SLUGS = {1: "samen", 2: "beleid-2023", 3: "ai-day"}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Samenwerken aan integratiebeleid", Named(1, "nl")),
        ("RE: late aanvraag – SAMENWERKEN, aan  integratiebeleid!", Named(1, "nl")),
        ("Working together / integration?", Named(1, "en")),
        ("Over integratiebeleid", Named(2, "nl")),
        ("Au sujet de : politique d'intégration", Named(2, "fr")),
        ("Samenwerken aan het integratiebeleid", Named(2, "nl")),
        (tagged("Another title: integratiebeleid", "samen"), Named(1, None)),
        (tagged("Late request: Working together: integration", "samen"), Named(1, "en")),
        ("http://x.example/nl/beleid-2023", Named(2, None)),
        ("beleid-2023-bis", None),
        ("AI", None),
        ("ai-day", Named(3, None)),
        ("samenkomst", None),
        ("", None),
        ("[samen] [ai-day]", None),
    ],
)
def test_subject_when_it_names_a_day(subject: str, expected: Named | None) -> None:
    assert named(subject, TITLES, SLUGS) == expected


def test_subject_when_two_days_have_the_same_title_names_none() -> None:
    assert named("Integratiebeleid", {1: TITLES[2], 2: TITLES[2]}, SLUGS) is None
