"""What letters say has happened, and what follows: cancelling, changes, the fee, questions (rules.md 5, 6, 8)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.letters.facts import BeforeFacts
from service.letters.writing import write
from tests.builders import NOW, STARTS_AT
from tests.letters.samples import AFTER, LATE, LIMIT, make_about, make_day, make_person, make_seat, paragraphs


def test_late_cancellation_when_confirmed_says_that_the_fee_is_due_and_why() -> None:
    assert paragraphs("cancelled_late")[2:5] == [
        (
            "We received your cancellation on Friday 24 March 2023, 10:00 (Brussels time). Thank you for letting us"
            " know: others can have your place now."
        ),
        (
            f"Free cancellation was possible {LIMIT}. Your cancellation came later, so that the no-show fee of €15.00"
            " is due under the conditions that you accepted."
        ),
        (
            "You need not pay anything now. After the day we write to you once more; you can then give the details for"
            " the invoice, or object, for instance because you were ill."
        ),
    ]


def test_late_cancellation_when_the_policy_is_kinder_says_how_it_is_let_off() -> None:
    written = paragraphs("cancelled_late", day=make_day(refill_lets_off=True))

    assert written[3].endswith("If somebody else takes your place, you need not pay it.")


def test_late_cancellation_when_the_day_has_no_fee_costs_nothing() -> None:
    written = paragraphs("cancelled_late", seat=make_seat(fee_cents=0))

    assert written[3] == "You owe nothing."


@pytest.mark.parametrize(
    ("status", "removed", "expected"),
    [
        ("confirmed", True, "The organiser has removed your registration for this day."),
        ("waiting", False, "You are no longer on the waiting list of this day."),
        ("offered", False, "You have turned down the place that we offered you. Others can have it now."),
    ],
)
def test_cancellation_when_it_costs_nothing_says_what_ended(status: str, removed: bool, expected: str) -> None:
    written = paragraphs("cancelled_in_time", seat=make_seat(status=status), removed=removed)

    assert written[2:4] == [expected, "You owe nothing."]


def test_stranger_when_they_say_so_is_rid_of_everything_and_not_called_by_the_typed_name() -> None:
    letter = write("not_me", make_about("not_me", person=make_person(first_name="Bogus", last_name="Name")))

    assert letter.text.split("\n\n")[1:4] == [
        "Hello,",
        (
            "Thank you for telling us. The registration that was made with your address has been removed, and what was"
            " filled in with it has been deleted."
        ),
        "No fee can follow from it. You need not do anything more.",
    ]
    assert "Bogus" not in letter.text + letter.html + (letter.calendar or b"").decode()


@pytest.mark.parametrize(
    ("name", "text"), [("place_passed_on", "No fee can follow from it."), ("lapsed_offer", "You owe nothing.")]
)
def test_end_when_it_costs_nothing_says_so(name: str, text: str) -> None:
    assert text in write(name, make_about(name)).text


def test_change_when_told_shows_old_and_new_and_until_when_cancelling_is_free_again() -> None:
    relief = make_seat(free_cancellation_until=NOW + timedelta(days=7))

    written = paragraphs("study_day_changed", seat=relief)

    assert written[3].split("\n")[1:] == [
        "When: Friday 31 March 2023, 10:15–17:00 (Brussels time)",
        "  Before: Friday 31 March 2023, 09:15–17:00 (Brussels time)",
        "Where: KBR, Kunstberg 28, 1000 Brussel",
        "  Before: Stadhuis, 2800 Mechelen",
    ]
    assert written[4] == (
        "Because of this change you can cancel free of charge once more, before 10:00 on Wednesday 8 February 2023"
        " (Brussels time). If you cancel later, or do not come, you owe a no-show fee of €15.00."
    )


def test_change_when_only_the_end_moves_keeps_the_start() -> None:
    before = BeforeFacts(ends_at=STARTS_AT + timedelta(hours=4))

    assert paragraphs("study_day_changed", before=before)[3].split("\n")[1:] == [
        "When: Friday 31 March 2023, 10:15–17:00 (Brussels time)",
        "  Before: Friday 31 March 2023, 10:15–14:15 (Brussels time)",
        "Where: KBR, Kunstberg 28, 1000 Brussel",
    ]


@pytest.mark.parametrize(
    ("day", "before", "rows"),
    [
        (
            {"place": "", "online_url": "https://vub.example/join"},
            {"place": "KBR", "online_url": ""},
            ["Where: No longer at a venue", "  Before: KBR", "Online: https://vub.example/join"],
        ),
        (
            {"place": "KBR"},
            {"place": "", "online_url": "https://vub.example/join"},
            ["Where: KBR", "Online: No longer online", "  Before: https://vub.example/join"],
        ),
    ],
)
def test_change_when_a_day_moves_between_a_venue_and_the_net_shows_both(
    day: dict[str, str], before: dict[str, str], rows: list[str]
) -> None:
    written = paragraphs("study_day_changed", day=make_day(**day), before=BeforeFacts(**before))  # type: ignore[arg-type]

    assert written[3].split("\n")[2:] == rows


def test_change_when_the_fee_rises_leaves_the_accepted_one() -> None:
    dearer = make_day(fee_cents=2000)

    written = paragraphs("study_day_changed", day=dearer, before=BeforeFacts(fee_cents=1500))

    assert written[3].split("\n")[-2:] == ["No-show fee: €20.00", "  Before: €15.00"]
    assert "you owe a no-show fee of €15.00." in written[4]
    assert written[5] == ("The higher fee holds for new registrations only; yours keeps the fee that you accepted.")


def test_change_when_only_the_name_or_the_mailbox_is_new_frees_nobody() -> None:
    written = paragraphs("study_day_changed", before=BeforeFacts(title="Integratie <oud>", mailbox="old@vub.be"))

    assert written[3].split("\n")[1:] == [
        "Title: Samenwerken aan een participatief lokaal integratiebeleid",
        "  Before: Integratie <oud>",
        "When: Friday 31 March 2023, 10:15–17:00 (Brussels time)",
        "Where: KBR, Kunstberg 28, 1000 Brussel",
        "Questions: events_bsog@vub.be",
        "  Before: old@vub.be",
    ]
    assert written[4] == "Your place is confirmed."
    assert not any("once more" in paragraph for paragraph in written)


def test_change_when_the_day_has_begun_says_nothing_about_cancelling() -> None:
    written = paragraphs("study_day_changed", before=BeforeFacts(place="KBR"), decided_at=STARTS_AT)

    assert "cancel" not in "\n".join(written).lower()


def test_day_when_called_off_asks_nothing_and_gives_the_reason() -> None:
    said = paragraphs("study_day_called_off")

    assert said[2] == "The organiser has called this day off."
    assert said[4:7] == [
        "The organiser writes:",
        "> The speaker is ill.\n> We look for another date.",
        "You need not do anything, and nobody owes a fee.",
    ]


@pytest.mark.parametrize(
    ("cause", "cancelled_at", "heading", "why"),
    [
        (
            "no_show",
            None,
            "We missed you",
            "You had a confirmed place on this day. We received no cancellation, and nobody checked you in.",
        ),
        (
            "late_cancellation",
            LATE,
            "About your late cancellation",
            "You cancelled your place on this day after free cancellation had ended.",
        ),
    ],
)
def test_fee_when_due_gives_its_reason_its_terms_and_the_time_to_answer(
    cause: str, cancelled_at: datetime | None, heading: str, why: str
) -> None:
    written = paragraphs("fee_notice", cause=cause, cancelled_at=cancelled_at, accepted_at=NOW)

    assert (written[0], written[2]) == (heading, why)
    assert written[4].split("\n") == [
        "No-show fee",
        "Amount: €15.00",
        "Conditions accepted: Wednesday 1 February 2023, 10:00 (Brussels time)",
        f"Free cancellation: {LIMIT}",
        *(["Your cancellation: Friday 24 March 2023, 10:00 (Brussels time)"] if cancelled_at else []),
    ]
    assert written[5].startswith("You can answer before 11:00 on Monday 17 April 2023 (Brussels time): ")
    assert f"{make_seat().not_me_url}" in written[7]


def test_fee_when_the_amount_is_kinder_than_accepted_names_the_amount() -> None:
    about = replace(make_about("fee_notice", decided_at=AFTER), amount_cents=1000)

    assert "Amount: €10.00" in write("fee_notice", about).text.split("\n")


@pytest.mark.parametrize(("name", "expected"), [("Bo", "Bo Maes"), ("bo@evil.example", "A colleague")])
def test_colleague_when_invited_is_told_by_whom(name: str, expected: str) -> None:
    giver = make_person(first_name=name, last_name="Maes")

    assert paragraphs("colleague_invited", giver=giver)[2] == (
        f"{expected} has a place on this day and would like you to come instead."
    )


def test_request_when_received_is_no_place_yet() -> None:
    assert "This is not a place yet, and it costs nothing." in paragraphs("late_request_received")


@pytest.mark.parametrize(("message", "quoted"), [("Every chair is taken.\nSorry.", True), ("", False)])
def test_refusal_when_the_organiser_adds_words_quotes_them(message: str, quoted: bool) -> None:
    written = paragraphs("declined", message=message)

    assert ("> Every chair is taken.\n> Sorry." in written) == quoted
    assert ("The organiser writes:" in written) == quoted


def test_sign_in_when_mailed_says_how_long_and_how_often() -> None:
    expires_at = datetime(2023, 2, 1, 9, 30, tzinfo=UTC)

    assert paragraphs("sign_in", expires_at=expires_at)[2] == (
        "With this link you can sign in once, before 10:30 on Wednesday 1 February 2023 (Brussels time)."
    )
