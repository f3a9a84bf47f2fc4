from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import Environment, Template

from service import locale
from service.locale import DOMAINS, LANGUAGES, N_, catalogue, po_path, read_catalogue, translate, translate_n
from service.locale.templates import speak_the_language_of_the_context
from tools.translations import as_bytes

SENTENCE = "Welcome, %(name)s"
SEAT, SEATS = "%(count)s seat is free", "%(count)s seats are free"
SHARE = "%(share)s%% of the fee"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Dutch and French catalogues of a few messages, in two domains."""
    for language, welcome, seats, share in (
        (
            "nl",
            "Welkom, %(name)s",
            ("%(count)s plaats is vrij", "%(count)s plaatsen zijn vrij"),
            "%(share)s%% van de kost",
        ),
        ("fr", "Bienvenue, %(name)s", ("%(count)s place libre", "%(count)s places libres"), "%(share)s%% des frais"),
    ):
        pages, letters, empty = (Catalog(locale=language) for _ in range(3))
        pages.add(SENTENCE, welcome)
        pages.add("Not translated yet", "")
        letters.add((SEAT, SEATS), seats)
        letters.add(SHARE, share)
        filled = {"pages": pages, "letters": letters}
        for domain in DOMAINS:
            path = po_path(tmp_path, language, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_bytes(filled.get(domain, empty)))
    return tmp_path


@pytest.fixture
def shipped_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(locale, "FOLDER", folder)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_when_shipped_can_be_read(language: str) -> None:
    assert catalogue(language).gettext("no such message") == "no such message"


def test_catalogue_when_language_is_unknown_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'es' is not one of nl, fr, en, de, it$"):
        catalogue("es")


def test_catalogue_when_domains_are_joined_knows_each(folder: Path) -> None:
    dutch = read_catalogue(folder, "nl")

    assert dutch.gettext(SENTENCE) == "Welkom, %(name)s"
    assert dutch.ngettext(SEAT, SEATS, 2) == "%(count)s plaatsen zijn vrij"
    assert dutch.gettext("Not translated yet") == "Not translated yet"


@pytest.mark.usefixtures("shipped_elsewhere")
@pytest.mark.parametrize(
    ("language", "expected"), [("nl", "Welkom, Ann"), ("fr", "Bienvenue, Ann"), ("en", "Welcome, Ann")]
)
def test_translate_when_message_has_facts_fills_them_in(language: str, expected: str) -> None:
    assert translate(language, SENTENCE, name="Ann") == expected


@pytest.mark.usefixtures("shipped_elsewhere")
@pytest.mark.parametrize(("language", "expected"), [("nl", "50% van de kost"), ("en", "50% of the fee")])
def test_translate_when_message_has_a_percent_sign_shows_one(language: str, expected: str) -> None:
    assert translate(language, SHARE, share=50) == expected


@pytest.mark.usefixtures("shipped_elsewhere")
@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("nl", 0, "0 plaatsen zijn vrij"),
        ("nl", 1, "1 plaats is vrij"),
        ("fr", 0, "0 place libre"),
        ("fr", 2, "2 places libres"),
        ("en", 0, "0 seats are free"),
        ("en", 1, "1 seat is free"),
    ],
)
def test_translate_n_when_counted_takes_the_form_of_the_language(language: str, count: int, expected: str) -> None:
    assert translate_n(language, SEAT, SEATS, count, count=count) == expected


def test_mark_when_read_is_the_message_itself() -> None:
    assert N_(SENTENCE) == SENTENCE


@pytest.mark.usefixtures("shipped_elsewhere")
@pytest.mark.parametrize(("language", "expected"), [("nl", "Welkom, &lt;b&gt;"), ("fr", "Bienvenue, &lt;b&gt;")])
def test_template_when_rendered_speaks_the_language_of_its_context(language: str, expected: str) -> None:
    assert (
        template("{% trans name=who %}\n  Welcome,\n  {{ name }}\n{% endtrans %}").render(language=language, who="<b>")
        == expected
    )


@pytest.mark.usefixtures("shipped_elsewhere")
def test_template_when_counting_takes_the_form_of_the_language() -> None:
    source = "{% trans count=n %}{{ count }} seat is free{% pluralize %}{{ count }} seats are free{% endtrans %}"

    assert [template(source).render(language="nl", n=n) for n in (1, 2)] == ["1 plaats is vrij", "2 plaatsen zijn vrij"]


def template(source: str) -> Template:
    environment = Environment(autoescape=True)
    speak_the_language_of_the_context(environment)
    return environment.from_string(source)
