import email
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from service.letters.facts import AboutDay
from service.letters.letter import Letter
from service.letters.writing import ABOUT, write
from service.mail.compose import Head, UnfitMailError, compose
from tests.letters.samples import make_about, make_day, make_person
from tests.standards import check_imip

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Journée d’étude\r\nEND:VCALENDAR\r\n".encode()
INVITATION = Letter("Bevestigd", "Dag\n", "<p>Dag</p>\n", CALENDAR, "REQUEST")
PLAIN = Letter("Wachtlijst", "Dag\n", "<p>Dag</p>\n")


def make_head(**overrides: Any) -> Head:
    values = {
        "message_id": "<7.9f86d081884c7d65@vub.be>",
        "sender_name": "BSoG",
        "sender": "events_bsog@vub.be",
        "recipient_name": "An Peeters",
        "recipient": "an@example.org",
        "language": "nl",
        "date": datetime(2023, 2, 1, 9, 0, tzinfo=UTC),
    }
    return Head(**{**values, **overrides})


def read(source: bytes) -> EmailMessage:
    message = email.message_from_bytes(source, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def person(header: str) -> tuple[str, str]:
    """Name and address, decoded as mail programs do."""
    phrase, address = parseaddr(str(header).replace("\r\n", ""))
    return str(make_header(decode_header(phrase))), address


def shape(part: Any) -> Any:
    if part.is_multipart():
        return {part.get_content_type(): [shape(inner) for inner in part.iter_parts()]}
    return part.get_content_type()


class TestShape:
    def test_mail_when_letter_has_a_calendar_is_an_invitation(self) -> None:
        message = read(compose(INVITATION, make_head()))

        alternatives = ["text/plain", "text/html", "text/calendar"]
        assert shape(message) == {"multipart/mixed": [{"multipart/alternative": alternatives}, "application/ics"]}
        invitation, file = (part for part in message.walk() if part.get_content_subtype() in {"calendar", "ics"})
        assert dict(invitation["Content-Type"].params) == {"method": "REQUEST", "charset": "UTF-8"}
        assert invitation.get_content_disposition() is None
        assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "invite.ics")
        assert [part.get_payload(decode=True) for part in (invitation, file)] == [CALENDAR, CALENDAR]

    def test_mail_when_letter_has_no_calendar_is_two_alternatives(self) -> None:
        assert shape(read(compose(PLAIN, make_head()))) == {"multipart/alternative": ["text/plain", "text/html"]}

    def test_headers_when_mail_is_read_say_who_and_what(self) -> None:
        message = read(compose(PLAIN, make_head()))

        assert dict(message.items()) == {
            "From": "BSoG <events_bsog@vub.be>",
            "To": "An Peeters <an@example.org>",
            "Subject": "Wachtlijst",
            "Date": "Wed, 01 Feb 2023 09:00:00 +0000",
            "Message-ID": "<7.9f86d081884c7d65@vub.be>",
            "Content-Language": "nl",
            "Auto-Submitted": "auto-generated",
            "MIME-Version": "1.0",
            "Content-Type": 'multipart/alternative; boundary="=_a_79f86d081884c7d65vubbe"',
        }

    def test_mail_when_composed_again_is_the_same(self) -> None:
        assert compose(INVITATION, make_head()) == compose(INVITATION, make_head())

    @pytest.mark.parametrize(
        "text",
        [
            "é" * 5000,
            "x" * 5000,
            "one\n.\n..two\nFrom here\n--=_a_79f86d081884c7d65vubbe--\nlast",
            "spaces at the end   \ntabs\t\n",
            "=20 =\n\n\n",
            "bare\rand\r\nmixed\n",
        ],
    )
    def test_text_when_it_could_break_a_mail_arrives_as_it_was(self, text: str) -> None:
        source = compose(Letter("Dag", text, text), make_head())

        lines = source.split(b"\r\n")
        assert source.isascii()
        assert max(map(len, lines)) <= 78
        assert b"\n" not in b"".join(lines)
        assert b"." not in lines
        plain = read(source).get_body(("plain",))
        assert plain is not None
        content = plain.get_payload(decode=True)
        assert isinstance(content, bytes)
        written = text.replace("\r\n", "\n").replace("\r", "\n")
        assert content.decode().rstrip("\r\n").split("\r\n") == written.rstrip("\n").split("\n")


class TestHeaders:
    @pytest.mark.parametrize(
        "name",
        [
            "An Peeters",
            'An "de grote" Peeters',
            "Peeters, An (Stad)",
            "Zoë Çelik-Łukasz",
            "李小龍",
            "é" * 201,
            "x" * 201,
            "=?utf-8?q?not_encoded?=",
            "back\\slash",
        ],
    )
    def test_name_when_unusual_is_read_as_it_was_written(self, name: str) -> None:
        source = compose(PLAIN, make_head(recipient_name=name, sender_name=name))

        headers = email.message_from_bytes(source)
        assert person(headers["To"]) == (name, "an@example.org")
        assert person(headers["From"]) == (name, "events_bsog@vub.be")
        assert max(map(len, source.split(b"\r\n"))) <= 78

    @pytest.mark.parametrize(
        "subject", ["Bevestigd: integratie", f"Confirmé : {'été, ' * 60}fin", "x" * 500, "=?a?q?b?="]
    )
    def test_subject_when_unusual_is_read_as_it_was_written(self, subject: str) -> None:
        source = compose(Letter(subject, "", ""), make_head())

        assert read(source)["Subject"] == subject
        assert max(map(len, source.split(b"\r\n"))) <= 78

    @pytest.mark.parametrize("breaking", ["a\r\nBcc: x@example.org", "a\nBcc: x", "a\rb", "a\x00b", "a\x1bb"])
    @pytest.mark.parametrize("field", ["recipient_name", "sender_name", "recipient", "sender"])
    def test_header_when_it_would_become_two_is_refused(self, field: str, breaking: str) -> None:
        with pytest.raises(UnfitMailError):
            compose(PLAIN, make_head(**{field: breaking}))

    @pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.org", "a\nb", "a\x00b", "é\r\nBcc: x@example.org"])
    def test_subject_when_it_would_become_two_headers_is_refused(self, subject: str) -> None:
        with pytest.raises(UnfitMailError):
            compose(Letter(subject, "", ""), make_head())

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "an",
            "an@",
            "@example.org",
            "an@x@example.org",
            "an example@example.org",
            "an@exämple.org",
            "é@example.org",
            "<an@example.org>",
            "an@example.org, b@example.org",
            '"an"@example.org',
            "an@example.org> SIZE=1",
        ],
    )
    def test_address_when_it_is_none_is_refused(self, address: str) -> None:
        with pytest.raises(UnfitMailError, match="not an address"):
            compose(PLAIN, make_head(recipient=address))


@pytest.mark.parametrize("name", ABOUT)
def test_letter_when_composed_is_a_mail_by_the_standards(name: str, tmp_path: Path) -> None:
    title = 'Journée d’étude; "participation", intégration \\ été ' + "très long " * 20
    about = make_about(name, person=make_person(language="fr", last_name="Müller, dite Ünal"))
    if isinstance(about, AboutDay):
        about = replace(about, day=make_day(title=title))
    letter = write(name, about)
    head = make_head(recipient=about.person.email, recipient_name=about.person.full_name)

    source = compose(letter, head)

    assert source.isascii()
    assert max(map(len, source.split(b"\r\n"))) <= 78
    assert read(source)["Subject"] == letter.subject
    if letter.method is not None:
        mail = tmp_path / "mail.eml"
        mail.write_bytes(source)
        assert check_imip(mail, "--method", letter.method, "--strict") == ""
