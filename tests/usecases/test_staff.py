"""Staff: one-time links, sessions, tokens, roles per organiser."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.domain.refusals import InvalidInput, NotFound, SlugTaken
from service.domain.roles import Role
from service.extensions import db
from service.models import ApiToken, Message, Organiser, SignInLink, Staff, StaffSession
from service.transaction import transaction
from service.usecases.staff import (
    add_organiser,
    add_staff,
    mail_sign_in_link,
    make_api_token,
    make_sign_in_link,
    sign_in,
    sign_out,
    token_hash,
)
from tests.builders import NOW, TICK
from tests.usecases.steps import DESK, history, last_facts, last_line, told

HALF_AN_HOUR = timedelta(minutes=30)
pytestmark = pytest.mark.usefixtures("app")


def organiser(slug: str = "bsog") -> int:
    with transaction() as session:
        return add_organiser(session, slug, name=slug.upper(), mailbox="a@b.example", actor=DESK, now=NOW).id


def staff(role: Role = Role.ORGANISER, email: str = "Els@vub.be", organiser_id: int = 1) -> int:
    with transaction() as session:
        at = session.get_one(Organiser, organiser_id)
        return add_staff(session, email, role, at, language="fr", actor=DESK, now=NOW).id


def link(staff_id: int) -> str:
    with transaction() as session:
        return make_sign_in_link(session, session.get_one(Staff, staff_id), now=NOW)


def signed_in(token: str, *, now: datetime = NOW) -> str:
    with transaction() as session:
        return sign_in(session, token, now=now)


def roles(staff_id: int) -> list[tuple[str, int | None]]:
    db.session.rollback()
    return [(held.role, held.organiser_id) for held in db.session.get_one(Staff, staff_id).roles]


def test_organiser_when_the_name_is_in_use() -> None:
    organiser()
    with pytest.raises(SlugTaken):
        organiser()
    assert history() == ["organiser_added"]


def test_staff_when_added_holds_roles_per_organiser() -> None:
    organiser()
    organiser("vvsg")
    els = staff()
    assert staff() == staff(Role.FINANCE) == staff(Role.CHECKIN, "ELS@VUB.BE", 2) == els
    assert roles(els) == [("organiser", 1), ("finance", 1), ("checkin", 2)]
    assert history(2) == ["staff_added"] * 3
    assert last_line().facts == {"staff": els, "role": "checkin"}


def test_staff_when_admin_serves_every_organiser() -> None:
    organiser()
    els = staff(Role.ADMIN)
    staff(Role.ADMIN)
    assert roles(els) == [("admin", None)]


def test_staff_when_the_address_is_none() -> None:
    organiser()
    with pytest.raises(InvalidInput) as caught:
        staff(email="els")
    assert caught.value.fields == {"email": "not-an-address"}


@pytest.mark.parametrize("after", [timedelta(0), HALF_AN_HOUR - TICK])
def test_link_when_used_in_time_opens_a_session(after: timedelta) -> None:
    organiser()
    els = staff()
    token = link(els)

    cookie = signed_in(token, now=NOW + after)

    session = db.session.execute(sa.select(StaffSession)).scalar_one()
    assert (session.staff_id, session.token_hash) == (els, token_hash(cookie))
    assert session.expires_at == NOW + after + timedelta(hours=12)
    assert (last_line().action, last_line().staff_id) == ("signed_in", els)


@pytest.mark.parametrize("after", [HALF_AN_HOUR, HALF_AN_HOUR + TICK])
def test_link_when_too_old(after: timedelta) -> None:
    organiser()
    token = link(staff())
    with pytest.raises(NotFound):
        signed_in(token, now=NOW + after)


def test_link_when_used_twice_or_made_up() -> None:
    organiser()
    token = link(staff())
    signed_in(token)
    for wrong in (token, "", "made-up", token_hash(token)):
        with pytest.raises(NotFound):
            signed_in(wrong)
    assert db.session.execute(sa.select(sa.func.count(StaffSession.id))).scalar_one() == 1


def test_tokens_when_kept_are_only_hashes() -> None:
    organiser()
    token = link(staff())
    with transaction() as session:
        bearer = make_api_token(session, "els@vub.be", actor=DESK, now=NOW)
    kept = db.session.execute(sa.union_all(sa.select(SignInLink.token_hash), sa.select(ApiToken.token_hash))).scalars()
    assert sorted(kept) == sorted([token_hash(token), token_hash(bearer)])


def test_link_when_asked_for_by_mail_goes_to_staff_only() -> None:
    organiser()
    staff()
    with transaction() as session:
        mail_sign_in_link(session, "nobody@vub.be", now=NOW)
    assert told() == []

    with transaction() as session:
        mail_sign_in_link(session, " ELS@vub.be", now=NOW)

    assert told() == [("els", "sign_in")]
    message = db.session.execute(sa.select(Message)).scalar_one()
    assert (message.organiser_id, message.language) == (1, "fr")
    facts = last_facts("sign_in")
    assert facts["expires_at"] == (NOW + HALF_AN_HOUR).isoformat()
    assert signed_in(facts["token"])


def test_session_when_ended_keeps_its_first_end() -> None:
    organiser()
    cookie = signed_in(link(staff()))
    for now in (NOW, NOW + TICK):
        with transaction() as session:
            sign_out(session, cookie, now=now)
            sign_out(session, "unknown", now=now)
    assert db.session.execute(sa.select(StaffSession.ended_at)).scalar_one() == NOW


def test_api_token_when_nobody_has_that_address() -> None:
    with pytest.raises(NotFound), transaction() as session:
        make_api_token(session, "nobody@vub.be", actor=DESK, now=NOW)
