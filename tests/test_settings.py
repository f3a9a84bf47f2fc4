import pytest

from service.settings import Settings, SettingsError

NEEDED = {"SECRET_KEY": "a secret for tests only"}
SIGNED_IN = NEEDED | {"MAIL_USERNAME": "desk", "MAIL_PASSWORD": "secret"}


@pytest.mark.parametrize("how", [{"MAIL_SERVER": "localhost"}, {"MAIL_USE_TLS": "1"}, {"MAIL_USE_SSL": "1"}])
def test_password_for_mail_when_nobody_can_read_it_on_the_way(how: dict[str, str]) -> None:
    settings = Settings.from_env({"MAIL_SERVER": "mail.example.org"} | SIGNED_IN | how)

    assert (settings.mail_username, settings.mail_password) == ("desk", "secret")


def test_password_for_mail_when_it_would_travel_in_clear_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^MAIL_USERNAME: a password goes over TLS only"):
        Settings.from_env({"MAIL_SERVER": "mail.example.org"} | SIGNED_IN)
