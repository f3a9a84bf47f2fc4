"""Answers of more programs, as whole mails: what each writes in its own way, and nobody else."""

from typing import Final

from tests.mail.incoming.shapes import UID, WHO, WORDS, calendar, encoded, mail, part

REPLY: Final = "text/calendar; charset=utf-8; method=REPLY"
STAMP: Final = "DTSTAMP:20230310T093000Z"


def answered_by(product: str, attendee: str, *more: str) -> str:
    """An object of that program, with the invitation that it repeats."""
    held = ("DTSTART;TZID=Europe/Brussels:20230331T101500", "DTEND;TZID=Europe/Brussels:20230331T170000")
    lines = (f"UID:{UID}", "SEQUENCE:2", STAMP, "ORGANIZER;CN=BSoG:mailto:events@studiedag.example", *held)
    return calendar(*lines, attendee, *more).replace("VERSION:2.0", f"VERSION:2.0\r\nPRODID:{product}")


def nested(*inner: str, kind: str = "multipart/alternative") -> str:
    """A multipart as a part."""
    body = "".join(f"--b2\r\n{one}\r\n" for one in inner)
    return f'Content-Type: {kind}; boundary="b2"\r\n\r\n{body}--b2--'


def attached(text: str, name: str = "invite.ics") -> str:
    """The object once more, as a file."""
    return encoded(
        f'application/ics; name="{name}"', text.encode(), f'Content-Disposition: attachment; filename="{name}"'
    )


GOOGLE: Final = answered_by(
    "-//Google Inc//Google Calendar 70.9054//EN",
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=An Pee\r\n"
    f' ters;X-NUM-GUESTS=0;X-RESPONSE-COMMENT="Ik ben die dag in Gent, sorry":mailto:{WHO}',
    "CREATED:20230301T080000Z",
    "STATUS:CONFIRMED",
)
OPEN_XCHANGE: Final = answered_by(
    "OX App Suite", f"ATTENDEE;CN=Peeters\\, An;PARTSTAT=DECLINED;EMAIL={WHO};CUTYPE=INDIVIDUAL:mailto:{WHO}"
)
THUNDERBIRD: Final = answered_by(
    "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
    f"ATTENDEE;CN=An;PARTSTAT=DECLINED;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{WHO}",
    "LAST-MODIFIED:20230310T093000Z",
    "X-MOZ-RECEIVED-SEQUENCE:2",
)

CLIENTS: Final[dict[str, bytes]] = {
    "google, with a note": mail(
        nested(
            part('text/plain; charset="UTF-8"; format=flowed; delsp=yes', "An Peeters has declined this invitation."),
            part("text/html; charset=UTF-8", "<p>An Peeters has declined this invitation.</p>"),
            part('text/calendar; charset="UTF-8"; method=REPLY', GOOGLE),
        ),
        attached(GOOGLE),
        top="multipart/mixed",
        more=f"Reply-To: An Peeters <{WHO}>\r\nSender: Google Calendar <calendar-notification@google.com>\r\n"
        "Auto-Submitted: auto-generated\r\nSubject: Declined: Studiedag @ Fri 31 Mar 2023 (An Peeters)\r\n",
    ),
    "exchange 2010": mail(
        part("text/plain; charset=utf-8", "Kan niet."),
        encoded(
            'text/calendar; charset="utf-8"; method=REPLY',
            calendar(
                f"ATTENDEE;PARTSTAT=DECLINED;CN=Peeters An (Stad):MAILTO:{WHO}",
                "COMMENT;LANGUAGE=nl-BE:Kan niet.\\n",
                f"UID:{UID}",
                "SUMMARY;LANGUAGE=nl-BE:Geweigerd: Studiedag",
                "DTSTART;TZID=Romance Standard Time:20230331T101500",
                STAMP,
                "SEQUENCE:2",
                "X-MICROSOFT-CDO-APPT-SEQUENCE:2",
            ).encode("utf-8-sig"),
        ),
        more="Content-class: urn:content-classes:calendarmessage\r\nX-MS-Has-Attach: \r\nX-MS-TNEF-Correlator: \r\n"
        "X-MS-Exchange-Organization-AuthAs: Internal\r\n",
    ),
    "an old outlook that wraps the uid": mail(
        WORDS,
        part(
            REPLY,
            calendar(
                f"ATTENDEE;CN=\"An Peeters\";PARTSTAT=DECLINED;RSVP=TRUE:MAILTO:'{WHO}'",
                f"UID:040000008200E00074C5B7101A82E008{48 * '0'}7643616C2D55696401000000{UID.encode().hex().upper()}00",
                "SEQUENCE:2",
                STAMP,
            ),
        ),
    ),
    "icloud, through its proxy": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY; charset=UTF-8",
            answered_by(
                "-//Apple Inc.//iCloud//EN",
                f'ATTENDEE;CN="An Peeters";CUTYPE=INDIVIDUAL;EMAIL="{WHO}";PARTSTAT=DECLINED:mailto:'
                "2_GAYTQMJZGE2DENZRGI@imip.me.com",
            ),
        ),
    ),
    "thunderbird 115": mail(
        nested(part("text/plain; charset=UTF-8", "An has declined."), part(REPLY, THUNDERBIRD)),
        attached(THUNDERBIRD),
        top="multipart/mixed",
    ),
    "notes": mail(
        nested(
            part("text/plain; charset=US-ASCII", "Declined: Studiedag"),
            part(
                'text/calendar; method=REPLY; charset="UTF-8"; component=vevent',
                answered_by(
                    "-//Lotus Development Corporation//NONSGML Notes 9.0.1//EN_C",
                    f'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT="DECLINED";CN="An Peeters/Stad/BE":mailto:{WHO}',
                    "X-LOTUS-UPDATE-SEQ:2",
                    "X-LOTUS-NOTESVERSION:2",
                    "X-LOTUS-APPTTYPE:3",
                ),
            ),
        ),
        top="multipart/mixed",
    ),
    "sogo": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY; charset=utf-8",
            answered_by(
                "-//Inverse inc./SOGo 5.8.0//EN", f"ATTENDEE;CN=An;PARTSTAT=DECLINED;ROLE=REQ-PARTICIPANT:mailto:{WHO}"
            ).replace("=", "=3D"),
            "Content-Transfer-Encoding: quoted-printable",
        ),
        top="multipart/mixed",
    ),
    "open-xchange": mail(
        nested(part("text/html; charset=UTF-8", "An declined"), part(REPLY, OPEN_XCHANGE)),
        attached(OPEN_XCHANGE),
        top="multipart/mixed",
        more="X-Mailer: Open-Xchange Mailer\r\nAuto-Submitted: auto-generated\r\nX-Open-Xchange-Type: Appointment\r\n",
    ),
    "proton, signed": mail(
        nested(
            part("text/plain; charset=utf-8", "An declined"),
            encoded(
                'text/calendar; charset="utf-8"; method="REPLY"; name="invite.ics"',
                answered_by(
                    "-//Proton AG//web-calendar 5.0.9.4//EN", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{WHO}"
                ).encode(),
                "Content-Disposition: attachment; filename=invite.ics",
            ),
            kind="multipart/mixed",
        ),
        part("application/pgp-signature; name=OpenPGP_signature.asc", "x"),
        top='multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512',
    ),
    "samsung": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY",
            calendar(
                f"ATTENDEE;PARTSTAT=DECLINED;RSVP=FALSE:mailto:{WHO}", f"UID:{UID}", "SEQUENCE:2", STAMP, end="\n"
            ),
            "Content-Disposition: inline; filename=meeting.ics",
        ),
        top="multipart/mixed",
    ),
    "kopano, which repeats all attendees": mail(
        WORDS,
        part(
            REPLY,
            answered_by(
                "-//Kopano//8.7.0//EN",
                "ATTENDEE;CN=BSoG;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:events@studiedag.example",
                f"ATTENDEE;CN=An;PARTSTAT=DECLINED;ROLE=REQ-PARTICIPANT:mailto:{WHO}",
            ),
        ),
    ),
    "an assistant's program, under the name of the person": mail(
        WORDS,
        part(
            REPLY,
            answered_by("-//Zimbra//9//EN", f'ATTENDEE;SENT-BY="mailto:bo@example.org";PARTSTAT=DECLINED:mailto:{WHO}'),
        ),
        more="Sender: Bo <bo@example.org>\r\n",
    ),
}
"""Each declines, from the same person, for the same invitation as those of ``shapes``."""
