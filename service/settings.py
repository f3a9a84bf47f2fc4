"""Settings from the environment; a wrong or missing value stops the start with one line that names it (contract)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_DATABASE = "sqlite:///var/studiedag.sqlite3"
SHORTEST_SECRET = 16
HIGHEST_PORT = 65535
LONGEST_NAME = 200
LONGEST_ADDRESS = 254
ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")  # a name or IPv4 without a port, or IPv6
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
SELECTOR = re.compile(rf"{LABEL}(?:\.{LABEL})*")
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})+")
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(ValueError):
    """One line: which variable, what is wrong with it, what it should be."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that the environment decides. ``secret_keys``: the first signs, all verify."""

    secret_keys: tuple[str, ...]
    database_url: str = DEFAULT_DATABASE
    base_url: str = "http://127.0.0.1:8000"
    organiser_name: str = "Studiedag"
    organiser_mailbox: str = "studiedag@localhost.localdomain"
    mail_server: str = ""
    mail_port: int = 25
    mail_use_tls: bool = False
    mail_use_ssl: bool = False
    mail_username: str = ""
    mail_password: str = ""
    mail_default_sender: str = ""
    mail_ca_file: str = ""
    dkim_key_file: str = ""
    dkim_selector: str = ""
    dkim_domain: str = ""
    mailbox_url: str = ""
    mailbox_authserv_id: str = ""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    redis_url: str = ""
    data_folder: Path = Path("var")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and check the environment.

        :raises SettingsError: a variable is missing or wrong.
        """
        tls, ssl = _flag(environ, "MAIL_USE_TLS"), _flag(environ, "MAIL_USE_SSL")
        if tls and ssl:
            raise SettingsError("MAIL_USE_TLS and MAIL_USE_SSL are both on: choose one")
        server, user = _host(environ, "MAIL_SERVER"), environ.get("MAIL_USERNAME", "")
        if user and server and not (tls or ssl or server in THIS_MACHINE):
            raise SettingsError("MAIL_USERNAME: a password goes over TLS only; set MAIL_USE_TLS=1 or MAIL_USE_SSL=1")
        data_folder = Path.cwd() / "var"
        return cls(
            secret_keys=_secret_keys(environ),
            database_url=_database_url(environ),
            base_url=_base_url(environ),
            organiser_name=_name(environ, "ORGANISER_NAME", cls.organiser_name),
            organiser_mailbox=_address(environ, "ORGANISER_MAILBOX", cls.organiser_mailbox),
            mail_server=server,
            mail_port=_port(environ, "MAIL_PORT", 465 if ssl else 587 if tls else 25),
            mail_use_tls=tls,
            mail_use_ssl=ssl,
            mail_username=user,
            mail_password=environ.get("MAIL_PASSWORD", ""),
            mail_default_sender=_address(environ, "MAIL_DEFAULT_SENDER", ""),
            mail_ca_file=_file(environ, "MAIL_CA_FILE"),
            **_dkim(environ),
            mailbox_url=_mailbox_url(environ),
            mailbox_authserv_id=_host(environ, "MAILBOX_AUTHSERV_ID"),
            trusted_proxies=_networks(environ, "TRUSTED_PROXIES"),
            redis_url=_redis_url(environ),
            data_folder=data_folder,
        )


def _secret_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in environ.get("SECRET_KEY", "").split(",") if key.strip())
    if not keys:
        raise SettingsError("SECRET_KEY is missing: set it to a long random text (openssl rand -hex 32)")
    if any(len(key) < SHORTEST_SECRET for key in keys):
        raise SettingsError(f"SECRET_KEY is too short: every key needs at least {SHORTEST_SECRET} characters")
    return keys


def _database_url(environ: Mapping[str, str]) -> str:
    given = environ.get("DATABASE_URL", "").strip() or DEFAULT_DATABASE
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise SettingsError("DATABASE_URL is no database address: sqlite:///PATH or postgresql+psycopg://…") from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(f"DATABASE_URL names {url.drivername}: only sqlite and postgresql+psycopg are supported")
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:" or Path(url.database).is_dir():
            raise SettingsError("DATABASE_URL needs a file for SQLite: sqlite:///PATH")
        url = url.set(database=str(Path(url.database).absolute()))
    return url.render_as_string(hide_password=False)


def _base_url(environ: Mapping[str, str]) -> str:
    given = environ.get("BASE_URL", "").strip().rstrip("/") or f"http://127.0.0.1:{_port(environ, 'PORT', 8000)}"
    parts = _url(given, {"http", "https"})
    if parts is None or parts.username or parts.path or parts.query or parts.fragment:
        raise SettingsError("BASE_URL must be like https://studiedag.example.org, without a path")
    return given


def _mailbox_url(environ: Mapping[str, str]) -> str:
    given = environ.get("MAILBOX_URL", "").strip()
    if not given:
        return ""
    parts = _url(given, {"imap", "imaps"})
    if parts is None or not parts.username or not parts.password or parts.query or parts.fragment:
        raise SettingsError("MAILBOX_URL must be like imaps://user:password@host:993/INBOX")
    if parts.scheme == "imap" and parts.hostname not in THIS_MACHINE:
        raise SettingsError("MAILBOX_URL: imap:// is for this machine only; use imaps://")
    return given


def _dkim(environ: Mapping[str, str]) -> dict[str, str]:
    """Key, selector and domain belong together; whether the key is one, whoever signs with it finds out."""
    found = {
        "dkim_key_file": _file(environ, "DKIM_KEY_FILE"),
        "dkim_selector": _matching(environ, "DKIM_SELECTOR", SELECTOR, "one or more labels, like mail2026"),
        "dkim_domain": _matching(environ, "DKIM_DOMAIN", DOMAIN, "the domain of the senders, like example.org").lower(),
    }
    missing = [name.upper() for name, value in found.items() if not value]
    if 0 < len(missing) < len(found):
        raise SettingsError(f"{missing[0]} is missing: DKIM_KEY_FILE, DKIM_SELECTOR and DKIM_DOMAIN belong together")
    return found


def _matching(environ: Mapping[str, str], name: str, shape: re.Pattern[str], wanted: str) -> str:
    given = environ.get(name, "").strip()
    if given and not shape.fullmatch(given):
        raise SettingsError(f"{name} must be {wanted}")
    return given


def _redis_url(environ: Mapping[str, str]) -> str:
    given = environ.get("REDIS_URL", "").strip()
    if given and not given.startswith("unix:///") and _url(given, {"redis", "rediss"}) is None:
        raise SettingsError("REDIS_URL must be like redis://host:6379/0")
    return given


def _url(given: str, schemes: Collection[str]) -> SplitResult | None:
    """The parts of an address with one of these schemes, a host and perhaps a port; None where it is no such."""
    try:
        parts = urlsplit(given)
        named = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return None if not named or any(character.isspace() for character in given) else parts


def _networks(environ: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(
            ip_network(part.strip(), strict=False) for part in environ.get(name, "").split(",") if part.strip()
        )
    except ValueError:
        raise SettingsError(f"{name} must be addresses or networks, comma-separated, like 10.0.0.0/8") from None


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    given = environ.get(name, "").strip() or default
    if given and (not ADDRESS.fullmatch(given) or len(given) > LONGEST_ADDRESS):
        raise SettingsError(f"{name} must be one mail address, like events@example.org")
    return given


def _name(environ: Mapping[str, str], name: str, default: str) -> str:
    given = environ.get(name, "").strip() or default
    if len(given) > LONGEST_NAME or not given.isprintable():
        raise SettingsError(f"{name} must be one line of at most {LONGEST_NAME} characters")
    return given


def _host(environ: Mapping[str, str], name: str) -> str:
    given = environ.get(name, "").strip()
    if given and not HOST.fullmatch(given):
        raise SettingsError(f"{name} must be the name or the address of a machine, like smtp.example.org")
    return given


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name, "").strip()
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,5}", given) or not 0 < int(given) <= HIGHEST_PORT:
        raise SettingsError(f"{name} must be a port number from 1 to {HIGHEST_PORT}")
    return int(given)


def _flag(environ: Mapping[str, str], name: str) -> bool:
    given = environ.get(name, "").strip().lower()
    if given in {"", "0", "false", "no", "off"}:
        return False
    if given in {"1", "true", "yes", "on"}:
        return True
    raise SettingsError(f"{name} must be 1 or 0")


def _file(environ: Mapping[str, str], name: str) -> str:
    given = environ.get(name, "").strip()
    if given and not Path(given).is_file():
        raise SettingsError(f"{name}: there is no file {given}")
    return given
