from pathlib import Path

from service.mail.incoming.reading import read
from service.mail.incoming.received import BounceReport
from tests.builders import NOW

SOURCE = Path(__file__).with_name("returned_by_postfix.eml").read_bytes()
"""What Debian's postfix 3.7 made of a letter that its receiver's server refused (tests/mail/test_real_server.py)."""


def test_report_of_postfix_when_read_names_our_mail_and_the_receiver() -> None:
    mail = read(SOURCE, identity="1", received_at=NOW, trusted="")

    assert mail.bounces == (
        BounceReport(
            message_id="<1.5413aec0aace63be@vub.be>",
            recipient="an1@example.org",
            action="failed",
            status="5.1.1",
            words="550 5.1.1 <an1@example.org>: no such user here",
        ),
    )
    assert (mail.automatic, mail.replies, mail.sender) == (True, (), "mailer-daemon@mx.vub.be")
