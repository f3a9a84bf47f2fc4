import pytest

from service.domain.trouble import Trouble, trouble


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("550 5.1.1 <x@example.org> is unknown here", Trouble.UNKNOWN_ADDRESS),
        ("550 no such user", Trouble.UNKNOWN_ADDRESS),
        ("553 mailbox name not allowed", Trouble.UNKNOWN_ADDRESS),
        ("Host or domain name not found (5.4.4)", Trouble.UNKNOWN_ADDRESS),
        ("550 5.2.2 over quota", Trouble.MAILBOX_FULL),
        ("452 4.2.2 over quota", Trouble.MAILBOX_FULL),
        ("552 storage exceeded", Trouble.MAILBOX_FULL),
        ("552 5.3.4 message too big", Trouble.REFUSED),
        ("550 5.7.26 unauthenticated mail", Trouble.NOT_TRUSTED),
        ("550 5.1.8 sender domain unknown", Trouble.NOT_TRUSTED),
        ("554 transaction failed", Trouble.NOT_TRUSTED),
        ("501 syntax", Trouble.REFUSED),
        ("5.0.0 from a report", Trouble.REFUSED),
        ("450 4.2.0 greylisted", Trouble.PUT_OFF),
        ("421 4.7.0 too much", Trouble.PUT_OFF),
        ("[Errno 111] Connection refused", Trouble.UNREACHABLE),
        ("TimeoutError", Trouble.UNREACHABLE),
        ("Connection unexpectedly closed: timed out", Trouble.UNREACHABLE),
        ("", Trouble.UNREACHABLE),
        ("KeyError: 'no_such_letter'", Trouble.UNWRITTEN),
        ("TemplateNotFound: email/x.html", Trouble.UNWRITTEN),
        ("UnfitMailError: To: not an address that mail can go to", Trouble.UNFIT_ADDRESS),
        ("TooLateError: the link has expired", Trouble.EXPIRED),
    ],
)
def test_trouble_when_words_were_kept_is_told_apart(words: str, expected: Trouble) -> None:
    assert trouble(words) == expected
