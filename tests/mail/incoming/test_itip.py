import pytest

from service.mail.incoming.received import UnreadableError
from tests.mail.incoming.clients import CLIENTS
from tests.mail.incoming.quirks import QUIRKS
from tests.mail.incoming.shapes import (
    AT,
    DECLINED,
    GMAIL,
    OUTLOOK,
    PLAIN_OBJECT,
    SHAPES,
    UID,
    WHO,
    WORDS,
    answer,
    calendar,
    encoded,
    mail,
    parsed,
    part,
)

ALL = {**SHAPES, **CLIENTS, **QUIRKS}


@pytest.mark.parametrize("shape", ALL)
def test_answer_when_a_program_sends_it_is_understood(shape: str) -> None:
    read = parsed(ALL[shape])

    (reply,) = read.replies
    assert read.sender == WHO.casefold()
    assert (reply.uid, reply.attendee, reply.participation) == (UID, WHO.casefold(), "declined")
    assert (reply.sequence, reply.stamp) == (2, AT)


@pytest.mark.parametrize(
    ("shape", "comment"),
    [
        ("outlook", "Ik ben die dag in Gent, sorry\nAn"),
        ("google, with a note", "Ik ben die dag in Gent, sorry"),
        ("lines are folded inside a character", "désolée"),
        ("a comment without end", "x" * 2_000),
    ],
)
def test_answer_when_somebody_wrote_a_comment_has_it(shape: str, comment: str) -> None:
    assert parsed(ALL[shape]).replies[0].comment == comment


def test_answer_when_gmail_sends_it_is_automatic_and_there_once() -> None:
    read = parsed(GMAIL)

    assert read.automatic
    assert len(read.replies) == 1
    assert read.text == "An Peeters has declined this invitation."


def test_answer_when_its_domain_is_written_as_it_is_read_is_from_the_address_that_was_typed() -> None:
    lines = answer("ATTENDEE;PARTSTAT=DECLINED:mailto:an@MÜNCHEN.example")

    (reply,) = parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines)))).replies
    assert reply.attendee == "an@xn--mnchen-3ya.example"


@pytest.mark.parametrize(
    ("said", "participation"),
    [
        ("ACCEPTED", "accepted"),
        ("tentative", "tentative"),
        ("Declined", "declined"),
        ("DELEGATED", "delegated"),
        ('"DECLINED"', "declined"),
    ],
)
def test_answer_when_it_says_so(said: str, participation: str) -> None:
    lines = answer(f"ATTENDEE;PARTSTAT={said}:mailto:{WHO}")

    (reply,) = parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines)))).replies
    assert reply.participation == participation


def test_answer_when_it_proposes_another_time_is_a_counter() -> None:
    source = mail(WORDS, part("text/calendar; method=COUNTER", PLAIN_OBJECT.replace("REPLY", "COUNTER")))

    assert [reply.participation for reply in parsed(source).replies] == ["counter"]


def test_answer_when_it_names_several_people_but_not_the_sender_names_nobody() -> None:
    others = [f"ATTENDEE;PARTSTAT=DECLINED:mailto:{name}@example.org" for name in ("bo", "cas")]
    lines = answer(*others)

    (reply,) = parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines)))).replies
    assert reply.attendee == ""


@pytest.mark.parametrize(
    "lines",
    [
        answer(f"ATTENDEE:mailto:{WHO}"),
        answer(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{WHO}"),
        answer(f"ATTENDEE;PARTSTAT=COMPLETED:mailto:{WHO}"),
        answer("SUMMARY:no attendee"),
        (DECLINED, "SEQUENCE:2"),
        (*answer(DECLINED), "RECURRENCE-ID:20230331T081500Z"),
        (f"UID:{'x' * 300}", DECLINED),
        ("BEGIN:VALARM", *answer(DECLINED), "END:VALARM"),
    ],
)
def test_answer_when_it_answers_nothing_of_ours_is_unclear(lines: tuple[str, ...]) -> None:
    read = parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines))))

    assert (read.replies, read.unclear_answer) == ((), True)


def test_answer_when_another_object_of_the_mail_is_none_is_clear() -> None:
    nothing = part("application/ics", calendar("SUMMARY:x"))

    read = parsed(mail(WORDS, nothing, part("text/calendar; method=REPLY", PLAIN_OBJECT)))
    assert (len(read.replies), read.unclear_answer) == (1, False)


@pytest.mark.parametrize(
    ("octets", "unclear"),
    [
        (b'x\x9f>"\0\x1eIPM.Microsoft Schedule.MtgRespN\0', True),
        (b'x\x9f>"\0\x1eIPM.Schedule.Meeting.Resp.Neg\0', True),
        (b'x\x9f>"\0\x1eIPM.Microsoft Mail.Note\0', False),
    ],
)
def test_answer_when_outlook_hides_it_is_unclear(octets: bytes, *, unclear: bool) -> None:
    source = mail(WORDS, encoded('application/ms-tnef; name="winmail.dat"', octets), top="multipart/mixed")

    assert (parsed(source).replies, parsed(source).unclear_answer) == ((), unclear)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH", "REFRESH", ""])
def test_object_when_it_is_no_answer_is_none(method: str) -> None:
    source = calendar(*answer(DECLINED), method=f"METHOD:{method}" if method else "")

    read = parsed(mail(WORDS, part("text/calendar", source)))
    assert (read.replies, read.unclear_answer) == ((), False)


def test_object_when_it_says_another_method_than_its_part_is_believed() -> None:
    source = mail(WORDS, part("text/calendar; method=REPLY", PLAIN_OBJECT.replace("REPLY", "REQUEST")))

    assert parsed(source).replies == ()


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/octet-stream; name=reply.eml"])
def test_object_when_it_is_only_text_is_none(kind: str) -> None:
    assert parsed(mail(part(kind, PLAIN_OBJECT))).replies == ()


@pytest.mark.parametrize(
    "kind", ["message/rfc822", "message/global", "message/rfc822; name=reply.ics", "message/external-body; name=x.ics"]
)
def test_answer_when_it_is_inside_a_forwarded_mail_is_none(kind: str) -> None:
    assert parsed(mail(WORDS, part(kind, OUTLOOK.decode().replace("b1", "inner")), top="multipart/mixed")).replies == ()


def test_answer_when_it_is_inside_a_bounce_is_none() -> None:
    status = part(
        "message/delivery-status", "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.be\r\nAction: failed"
    )
    source = mail(
        WORDS,
        status,
        part("message/rfc822", OUTLOOK.decode().replace("b1", "inner")),
        top="multipart/report; report-type=delivery-status",
    )

    assert parsed(source).replies == ()


@pytest.mark.parametrize(
    ("sequence", "stamp", "read"),
    [
        ("-1", "20230310T093000Z", (0, AT)),
        ("99999999999999", "20230310T093000", (0, AT)),
        ("4294967296", "yesterday", (2**31 - 1, None)),
        ("two", "20231399T993000Z", (0, None)),
    ],
)
def test_answer_when_its_figures_are_wrong_is_read_without_them(
    sequence: str, stamp: str, read: tuple[int, object]
) -> None:
    lines = (f"UID:{UID}", DECLINED, f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}")

    (reply,) = parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines)))).replies
    assert (reply.sequence, reply.stamp) == read


def test_answers_when_several_events_are_answered_are_several() -> None:
    other = calendar(*answer(DECLINED)).replace("END:VCALENDAR", "")
    source = f"{other}BEGIN:VEVENT\r\nUID:second\r\n{DECLINED}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

    assert [reply.uid for reply in parsed(mail(WORDS, part("text/calendar; method=REPLY", source))).replies] == [
        UID,
        "second",
    ]


def test_answer_when_it_is_for_a_crowd_is_unreadable() -> None:
    lines = answer(*[f"ATTENDEE;PARTSTAT=DECLINED:mailto:a{number}@example.org" for number in range(101)])

    with pytest.raises(UnreadableError, match="too_many_attendees"):
        parsed(mail(WORDS, part("text/calendar; method=REPLY", calendar(*lines))))
