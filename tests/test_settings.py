from ipaddress import ip_network
from pathlib import Path

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


def test_settings_when_only_the_key_is_given_are_those_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_env(NEEDED)

    assert settings.secret_keys == ("a secret for tests only",)
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'studiedag.sqlite3'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.mail_server, settings.mail_port, settings.mailbox_url, settings.redis_url) == ("", 25, "", "")
    assert settings.data_folder == tmp_path / "var"


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        (
            {"SECRET_KEY": " 0123456789abcdef, fedcba9876543210 "},
            "secret_keys",
            ("0123456789abcdef", "fedcba9876543210"),
        ),
        ({"DATABASE_URL": "postgres://u:p@db/studiedag"}, "database_url", "postgresql+psycopg://u:p@db/studiedag"),
        ({"DATABASE_URL": "postgresql://db/studiedag"}, "database_url", "postgresql+psycopg://db/studiedag"),
        ({"DATABASE_URL": "sqlite:////srv/x.sqlite3"}, "database_url", "sqlite:////srv/x.sqlite3"),
        ({"BASE_URL": "https://days.example.org/"}, "base_url", "https://days.example.org"),
        ({"BASE_URL": "http://[::1]:8000"}, "base_url", "http://[::1]:8000"),
        ({"PORT": "8080"}, "base_url", "http://127.0.0.1:8080"),
        ({"ORGANISER_NAME": " Université de Mons "}, "organiser_name", "Université de Mons"),
        ({"MAIL_USE_TLS": "yes"}, "mail_port", 587),
        ({"MAIL_USE_SSL": "True"}, "mail_port", 465),
        ({"MAIL_USE_SSL": "1", "MAIL_PORT": "2465"}, "mail_port", 2465),
        ({"MAIL_USE_TLS": "off"}, "mail_use_tls", False),
        ({"MAIL_SERVER": "2001:db8::25"}, "mail_server", "2001:db8::25"),
        ({"MAILBOX_URL": "imaps://u:p@mail.example/INBOX"}, "mailbox_url", "imaps://u:p@mail.example/INBOX"),
        ({"MAILBOX_URL": "imap://u:p@[::1]:1143/INBOX"}, "mailbox_url", "imap://u:p@[::1]:1143/INBOX"),
        ({"TRUSTED_PROXIES": "10.1.2.3/8, ::1"}, "trusted_proxies", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ({"REDIS_URL": "unix:///run/redis.sock"}, "redis_url", "unix:///run/redis.sock"),
    ],
)
def test_setting_when_it_is_right(environ: dict[str, str], field: str, value: object) -> None:
    assert getattr(Settings.from_env(NEEDED | environ), field) == value


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *[("SECRET_KEY", wrong) for wrong in ("", " , ", "short", "0123456789abcdef,short")],
        *[
            ("DATABASE_URL", wrong)
            for wrong in (
                *("nonsense", "mysql://db/x", "sqlite://", "sqlite:///:memory:", "sqlite:////tmp"),
                *("postgresql://db:port/x", "postgresql://[::1/x", "postgresql+asyncpg://db/x", "://"),
            )
        ],
        *[
            ("BASE_URL", wrong)
            for wrong in (
                *("days.example.org", "ftp://days.example.org", "https://", "https://days.example.org/path"),
                *("https://days.example.org?x=1", "https://days.example.org#x", "https://[::1", "https://a:b"),
                *("https://a:99999", "https://a:0", "https://me@days.example.org", "https://days example.org"),
            )
        ],
        *[("PORT", wrong) for wrong in ("0", "65536", "-1", "http", "8000.5", "٣", "9" * 400, "0065536000")],
        *[("ORGANISER_NAME", wrong) for wrong in ("x" * 201, "two\nlines", "bell\a")],
        *[
            (name, wrong)
            for name in ("ORGANISER_MAILBOX", "MAIL_DEFAULT_SENDER")
            for wrong in (
                "events",
                "@example.org",
                "events@",
                "a@b@c",
                "a b@c.org",
                "Els <els@c.org>",
                "a@" + "b" * 253,
            )
        ],
        *[("MAIL_SERVER", wrong) for wrong in ("smtp://mail.example", "mail.example:25", "mail example", "a@b")],
        *[("MAIL_PORT", wrong) for wrong in ("0", "70000", "smtp")],
        *[(name, wrong) for name in ("MAIL_USE_TLS", "MAIL_USE_SSL") for wrong in ("2", "perhaps")],
        ("MAIL_CA_FILE", "/nowhere/ca.pem"),
        ("DKIM_KEY_FILE", "/nowhere/dkim.pem"),
        *[("DKIM_SELECTOR", wrong) for wrong in ("mail 2026", "mail;", "-mail", "mail.", "ü")],
        *[("DKIM_DOMAIN", wrong) for wrong in ("example", "example..org", ".example.org", "a@example.org", "x y.org")],
        *[
            ("MAILBOX_URL", wrong)
            for wrong in (
                *("mail.example", "pop3://u:p@mail.example", "imaps://", "imaps://u:p@mail.example:imap/INBOX"),
                *("imap://u:p@mail.example/INBOX", "imaps://[::1"),
            )
        ],
        *[("TRUSTED_PROXIES", wrong) for wrong in ("everybody", "10.0.0.0/33", "10.0.0.1;10.0.0.2")],
        *[("REDIS_URL", wrong) for wrong in ("localhost:6379", "http://localhost", "redis://a:b", "redis://[::1")],
    ],
)
def test_setting_when_it_is_wrong_is_named_in_one_line(name: str, wrong: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(NEEDED | {name: wrong})
    said = str(caught.value)
    assert said.startswith(name)
    assert said.isprintable()
    assert len(said) < 150


def test_settings_when_the_key_is_missing() -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY is missing"):
        Settings.from_env({})


def test_settings_when_mail_is_to_be_encrypted_in_two_ways() -> None:
    with pytest.raises(SettingsError, match=r"^MAIL_USE_TLS and MAIL_USE_SSL are both on"):
        Settings.from_env(NEEDED | {"MAIL_USE_TLS": "1", "MAIL_USE_SSL": "1"})


@pytest.mark.parametrize("missing", ["DKIM_KEY_FILE", "DKIM_SELECTOR", "DKIM_DOMAIN"])
def test_settings_when_a_part_of_dkim_is_missing_name_it(missing: str, tmp_path: Path) -> None:
    key = tmp_path / "dkim.pem"
    key.touch()
    given = {"DKIM_KEY_FILE": str(key), "DKIM_SELECTOR": "mail2026", "DKIM_DOMAIN": "Example.org"}
    assert Settings.from_env(NEEDED | given).dkim_domain == "example.org"
    del given[missing]

    with pytest.raises(SettingsError, match=rf"^{missing} is missing: DKIM_KEY_FILE, DKIM_SELECTOR and DKIM_DOMAIN"):
        Settings.from_env(NEEDED | given)
