"""Examples for the OpenAPI document; a test sends every one of them and is not refused."""

from typing import Any, Final

_TOWN: Final = {
    "first_name": "An",
    "last_name": "Peeters",
    "email": "an.peeters@example.org",
    "organisation": "Stad Voorbeeld",
    "function": "Beleidsmedewerker",
    "town": "Voorbeeld",
    "organisation_kind": "local_government",
    "language": "nl",
    "accept_terms": True,
}
SIGN_UP: Final[dict[str, Any]] = {
    "least": {
        "summary": "What must be said",
        "value": {
            "first_name": "Luc",
            "last_name": "Martin",
            "email": "luc.martin@example.org",
            "language": "fr",
            "accept_terms": True,
        },
    },
    "usual": {"summary": "Somebody from a town", "value": {**_TOWN, "dietary": "vegetarisch"}},
}
LATE_SIGN_UP: Final[dict[str, Any]] = {
    "usual": {
        "summary": "Somebody from a town",
        "value": {**_TOWN, "message": "Mijn collega is ziek; mag ik in haar plaats komen?"},
    },
}
NEW_DAY: Final[dict[str, Any]] = {
    "least": {
        "summary": "What must be said",
        "value": {
            "slug": "buddies",
            "title": {"en": "Buddies for inclusive cities"},
            "starts_at": "2030-12-12T10:00:00+01:00",
            "ends_at": "2030-12-12T16:00:00+01:00",
        },
    },
    "usual": {
        "summary": "A day in spring: its limits are in winter time",
        "value": {
            "slug": "integration-policy",
            "kind": "study_day",
            "title": {"nl": "Samenwerken aan integratiebeleid", "en": "Working together on integration policy"},
            "languages": ["nl", "en"],
            "time_zone": "Europe/Brussels",
            "starts_at": "2030-04-05T10:15:00+02:00",
            "ends_at": "2030-04-05T17:00:00+02:00",
            "closes_at": "2030-03-26T00:00:00+01:00",
            "free_cancellation_until": "2030-03-25T00:00:00+01:00",
            "capacity": 120,
            "fee_cents": 1500,
            "venue": {
                "name": "KBR",
                "street": "Kunstberg 28",
                "postal_code": "1000",
                "city": "Brussel",
                "country": "BE",
            },
            "sessions": [
                {
                    "starts_at": "2030-04-05T10:15:00+02:00",
                    "ends_at": "2030-04-05T10:45:00+02:00",
                    "title": {"nl": "Welkom", "en": "Welcome"},
                    "room": "Auditorium",
                }
            ],
            "questions": [{"id": "lunch", "kind": "yes_no", "label": {"nl": "Blijft u eten?", "en": "Will you eat?"}}],
            "published": True,
        },
    },
}
CHANGE: Final[dict[str, Any]] = {
    "capacity": {"summary": "More seats", "value": {"capacity": 140}},
    "publish": {"summary": "Publish it", "value": {"published": True}},
}
