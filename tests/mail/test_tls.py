import pytest

from service.mail.transport import Answer, Fate, UnreachableError
from tests.authority import Authority
from tests.mail.sessions import PARCEL, Connect, opened
from tests.smtp import SmtpServer


@pytest.mark.parametrize("implicit", [False, True])
def test_mail_when_certificate_is_known(connect: Connect, authority: Authority, *, implicit: bool) -> None:
    with SmtpServer(authority.context, implicit_tls=implicit).running() as server:
        transport = connect(
            server,
            str(authority.ca_file),
            MAIL_USE_SSL=implicit,
            MAIL_USE_TLS=not implicit,
            MAIL_USERNAME="desk",
            MAIL_PASSWORD="secret",
        )

        answer = opened(transport).deliver(PARCEL)
        transport.close()

    assert answer == Answer(Fate.SENT)
    assert server.seen == [
        *(["CONNECT"] if implicit else ["CONNECT", "STARTTLS"]),
        *["AUTH", "MAIL", "RCPT", "DATA", "END", "QUIT"],
    ]


@pytest.mark.parametrize("implicit", [False, True])
def test_session_when_certificate_is_of_a_stranger_is_refused(
    connect: Connect, authority: Authority, *, implicit: bool
) -> None:
    with SmtpServer(authority.context, implicit_tls=implicit).running() as server:
        transport = connect(server, MAIL_USE_SSL=implicit, MAIL_USE_TLS=not implicit)

        with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
            transport.open()

    assert "MAIL" not in server.seen


def test_session_when_certificate_is_for_another_name_is_refused(
    connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SmtpServer(authority.context).running() as server:
        transport = connect(server, str(authority.ca_file), MAIL_USE_TLS=True)
        monkeypatch.setattr(transport.mail, "server", "localhost")

        with pytest.raises(UnreachableError, match="Hostname mismatch"):
            transport.open()


def test_session_when_starttls_is_not_offered_is_refused(connect: Connect, smtp_server: SmtpServer) -> None:
    with pytest.raises(UnreachableError, match="STARTTLS extension not supported by server"):
        connect(MAIL_USE_TLS=True).open()

    assert smtp_server.seen == ["CONNECT"]


def test_session_when_starttls_is_put_off_is_refused(connect: Connect, authority: Authority) -> None:
    with SmtpServer(authority.context).running() as server:
        server.plan("STARTTLS", "454 4.7.0 not now")

        with pytest.raises(UnreachableError, match=r"^454 4\.7\.0 not now$"):
            connect(server, str(authority.ca_file), MAIL_USE_TLS=True).open()
