import mailbox
import stat
from pathlib import Path

from service.mail.transport import Answer, Fate, MaildirTransport
from tests.mail.sessions import PARCEL, SOURCE


def test_mail_when_no_server_is_named_lies_in_new(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path / "var" / "mail")

    assert transport.deliver(PARCEL) == Answer(Fate.SENT)

    folder = mailbox.Maildir(tmp_path / "var" / "mail", create=False)
    assert [message.get_subdir() for message in folder] == ["new"]
    assert [bytes(message) for message in folder] == [SOURCE.replace(b"\r\n", b"\n")]
    assert list((tmp_path / "var" / "mail" / "tmp").iterdir()) == []
    assert stat.S_IMODE((tmp_path / "var" / "mail").stat().st_mode) == 0o700


def test_mail_when_folder_cannot_be_written_waits(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path / "mail")
    (tmp_path / "mail" / "tmp").rmdir()

    assert transport.deliver(PARCEL).fate is Fate.LATER
