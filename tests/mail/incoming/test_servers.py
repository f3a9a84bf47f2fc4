"""Servers as they are: not to be trusted, away, with folders of their own ways, unwilling; and nothing is lost."""

import pytest

from service.mail.incoming import inbox
from service.mail.incoming.connection import MailboxError, RefusedError
from tests.dovecot import Dovecot, MakeDovecot
from tests.mail.incoming.post import Look, mail, rows, state

INBOX, AUTOMATIC = "INBOX", "Studiedag.Automatic"
ROBOT = "Auto-Submitted: auto-generated"


class TestServer:
    def test_mailbox_when_its_certificate_is_a_strangers_is_not_read(self, look: Look) -> None:
        with pytest.raises(MailboxError, match="certificate verify failed"):
            look(mail_ca_file="")
        assert "CERTIFICATE_VERIFY_FAILED" in state("error")[0]

    def test_mailbox_when_its_certificate_is_for_another_name_is_not_read(self, dovecot: Dovecot, look: Look) -> None:
        with pytest.raises(MailboxError, match="Hostname mismatch"):
            look(mailbox_url=dovecot.url(tls=True).replace("127.0.0.1", "localhost"))

    def test_mailbox_when_the_password_is_wrong_is_not_read(self, dovecot: Dovecot, look: Look) -> None:
        with pytest.raises(MailboxError, match="AUTHENTICATIONFAILED"):
            look(mailbox_url=dovecot.url(tls=True, password="other-secret"))
        assert "other-secret" not in state("error")[0]

    def test_mailbox_when_the_server_is_away_says_so(self, dovecot: Dovecot, look: Look) -> None:
        dovecot.stop()
        with pytest.raises(MailboxError, match="Connection refused"):
            look()

    def test_mailbox_when_well_again_forgets_the_error(self, dovecot: Dovecot, look: Look) -> None:
        with pytest.raises(MailboxError):
            look(mailbox_url=dovecot.url(password="wrong"))
        look(mailbox_url=dovecot.url())

        assert state("error") == ("",)

    def test_mailbox_when_its_folder_has_an_accent_is_read(self, dovecot: Dovecot, look: Look) -> None:
        client = dovecot.client()
        client.create("R&AOk-unions")
        client.logout()
        dovecot.deliver(mail(1), folder="R&AOk-unions")

        look(mailbox_url=dovecot.url(folder="Réunions"))

        assert rows("subject") == ["Vraag 1"]


LAYOUT = "namespace inbox {\n inbox = yes\n separator = %s\n prefix = %s\n}"


@pytest.mark.parametrize(
    ("more", "folder", "left"),
    [
        (LAYOUT % ("/", ""), "Studiedag/Automatic", 1),
        (LAYOUT % (".", "INBOX."), "INBOX.Studiedag.Automatic", 1),
        ("imap_capability = IMAP4rev1", "Studiedag.Automatic", 2),  # our copy stays, marked
        ("imap_capability = IMAP4rev1 UIDPLUS", "Studiedag.Automatic", 1),
    ],
)
def test_mail_when_moved_on_any_server_takes_nothing_else_along(
    make_dovecot: MakeDovecot, look: Look, more: str, folder: str, left: int
) -> None:
    server = make_dovecot(more)
    server.deliver(mail(1))
    look(mailbox_url=server.url())
    client = server.client()
    client.select("INBOX")
    client.store("1", "+FLAGS", r"(\Deleted)")  # somebody else's business
    client.logout()
    server.deliver(mail(2, ROBOT))

    look(mailbox_url=server.url())
    look(mailbox_url=server.url())

    assert server.folders() == {INBOX: left, folder: 1}
    assert server.flagged("UNDELETED") == 0
    assert len(rows("id")) == 2


def test_mail_when_the_server_does_not_want_to_move_it_is_moved_later(
    dovecot: Dovecot, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1, ROBOT), mail(2, ROBOT))
    move = inbox.Inbox.move

    def unwilling(self: inbox.Inbox, uid: int, name: str) -> None:
        if uid == 1:
            raise RefusedError("[OVERQUOTA] no")
        move(self, uid, name)

    with monkeypatch.context() as patch:
        patch.setattr(inbox.Inbox, "move", unwilling)
        look()
    before = dovecot.folders(), state("error", "last_uid")
    look()

    assert before == ({INBOX: 1, AUTOMATIC: 1}, ("[OVERQUOTA] no", 0))
    assert (dovecot.folders(), state("error", "last_uid")) == ({AUTOMATIC: 2}, ("", 1))
    assert len(rows("id")) == 2
