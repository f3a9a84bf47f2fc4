"""Data for a measurement: one open study day of the size of the floor's page, and as many others as are asked for.

python -m benchmarks.seed [--registrations N --days D]
"""

import argparse
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from service.app import create_app
from service.extensions import db
from service.models import Organiser, Registration, StudyDay
from service.transaction import transaction

CHUNK = 20_000


def study_day(slug: str, organiser_id: int, now: datetime) -> dict[str, object]:
    """The values of an open study day with a programme of fourteen sessions."""
    starts_at = (now + timedelta(days=40)).replace(hour=8, minute=0, second=0, microsecond=0)
    sessions = [
        {
            "starts_at": (starts_at + timedelta(minutes=30 * number)).isoformat(),
            "ends_at": (starts_at + timedelta(minutes=30 * number + 30)).isoformat(),
            "title": {"en": f"Session {number}: results and open questions"},
            "speakers": f"Prof. Speaker {number}",
            "room": f"Hall {number % 3}",
        }
        for number in range(14)
    ]
    text = "What the group found this year, what failed, and what comes next. " * 7
    return {
        "organiser_id": organiser_id,
        "slug": slug,
        "title": {"en": "Study day"},
        "summary": {"en": "Study day with talks and workshops."},
        "description": {"en": "\n\n".join([text] * 10)},
        "languages": ["en"],
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=8),
        "closes_at": starts_at - timedelta(days=10),
        "free_cancellation_until": starts_at - timedelta(days=11),
        "capacity": None,
        "mailbox": "office@example.org",
        "venue": {
            "name": "Main hall",
            "street": "Main street 1",
            "postal_code": "1000",
            "city": "Brussels",
            "country": "BE",
        },
        "sessions": sessions,
        "published": True,
        "created_at": now,
    }


def registrations(study_day_id: int, first: int, count: int, now: datetime) -> list[dict[str, object]]:
    """Values of confirmed registrations, unlike any that the driver makes."""
    return [
        {
            "study_day_id": study_day_id,
            "status": "confirmed",
            "calendar_uid": f"seed-{number}",
            "created_at": now,
            "seated_at": now,
            "first_name": f"Seed{number}",
            "last_name": "Last",
            "email": f"seed{number}@example.org",
            "email_folded": f"seed{number}@example.org",
            "language": "en",
            "organisation": "Town of Example",
            "terms_fee_cents": 1500,
            "terms_free_cancellation_until": now + timedelta(days=29),
            "terms_version": "2026-11",
            "terms_accepted_at": now,
        }
        for number in range(first, first + count)
    ]


def main() -> None:
    """Fill the database that the environment names; it must be migrated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--registrations", type=int, default=0)
    parser.add_argument("--days", type=int, default=0)
    wanted = parser.parse_args()
    now = datetime.now(UTC)
    with create_app().app_context():
        with transaction() as session:
            organiser_id = session.execute(sa.select(Organiser.id).order_by(Organiser.id).limit(1)).scalar_one()
            days = [study_day("benchmark", organiser_id, now)]
            days += [study_day(f"day-{number}", organiser_id, now) for number in range(wanted.days)]
            session.execute(sa.insert(StudyDay), days)
        ids = db.session.execute(sa.select(StudyDay.id).order_by(StudyDay.id)).scalars().all()
        each = wanted.registrations // max(1, len(ids))
        first = 0
        for start in range(0, len(ids), max(1, CHUNK // max(1, each))):
            rows = []
            for study_day_id in ids[start : start + max(1, CHUNK // max(1, each))]:
                rows += registrations(study_day_id, first, each, now)
                first += each
            if rows:
                with transaction() as session:
                    session.execute(sa.insert(Registration), rows)
        if each:
            with transaction() as session:
                session.execute(sa.update(StudyDay).values(taken=each))


if __name__ == "__main__":
    main()
