"""Mails that tell of the same people in another order, while the study day changes: nobody waits for each other."""

import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.models import History
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.register import register
from tests.builders import NOW, make_application, make_day, make_organiser
from tests.concurrency.crowd import all_at_once, answers
from tests.usecases.received import filed, make_bounce, make_mail, make_reply, sent_as
from tests.usecases.steps import DESK, FORM, given_day, joined

PEOPLE = 30
DAYS = 8


def move(number: int) -> str:
    with transaction() as session:
        change_study_day(session, 1, {"online_url": f"https://example.org/{number}"}, actor=DESK, now=NOW)
    return "moved"


def test_bounces_when_they_come_in_any_order_wait_for_the_day_alone(app: Flask) -> None:
    given_day()
    for number in range(PEOPLE):
        joined(number)
    names = [(sent_as(number + 1), f"an{number}@example.org") for number in range(PEOPLE)]

    def come_back(number: int) -> str:
        if number % 3 == 2:
            return move(number)
        reports = [make_bounce(*name) for name in names[:: -1 if number % 2 else 1]]
        return filed(make_mail(bounces=tuple(reports))).outcome

    got = all_at_once(app, come_back, 12)

    assert answers(got) == {"undeliverable": 8, "moved": 4}
    told = sa.select(sa.func.count()).where(History.action == "mail_bounced")
    assert db.session.execute(told).scalar_one() == PEOPLE


def test_answers_when_they_are_of_several_days_in_any_order_wait_for_no_other(app: Flask) -> None:
    with transaction() as session:
        organiser = make_organiser(session)
        for number in range(DAYS):
            slug = make_day(session, organiser=organiser, slug=f"day-{number}").slug
            register(session, slug, make_application(), actor=FORM, now=NOW)
    replies = tuple(make_reply(number + 1, participation="accepted") for number in range(DAYS))

    def accept(number: int) -> str:
        return filed(make_mail(replies=replies[:: -1 if number % 2 else 1])).outcome

    assert set(answers(all_at_once(app, accept, 12))) == {"accepted", "doubled"}
