from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from service.locale import DOMAINS, po_path
from tools.translations import check, update

PAGE = "templates/pages/public/day.html"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout that marks two messages for pages and one for errors."""
    write(tmp_path / PAGE, "{% trans %}\n  Sign\n  up\n{% endtrans %} {{ _('Hello, %(name)s', name=who) }}")
    write(
        tmp_path / "service/domain/words.py",
        'CLOSED = N_(\n    (\n        "Registration "\n        "is closed"\n    )\n)\n',
    )
    return tmp_path


@pytest.fixture
def folder(root: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Complete catalogues of that checkout."""
    folder = root / "service/locale"
    update(root, folder)
    for language in ("nl", "fr", "de", "it"):
        for domain, pairs in {
            "pages": {"Sign up": "Inschrijven", "Hello, %(name)s": "Dag, %(name)s"},
            "errors": {"Registration is closed": "De inschrijvingen zijn gesloten"},
        }.items():
            path = po_path(folder, language, domain)
            for source, text in pairs.items():
                edit(path, f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{text}"')
    capsys.readouterr()
    return folder


def test_update_when_rooms_mark_messages_writes_each_to_its_catalogue(root: Path, folder: Path) -> None:
    update(root, folder)

    found = {domain: messages(folder, domain) for domain in DOMAINS}
    assert {domain: texts for domain, texts in found.items() if texts} == {
        "pages": {"Sign up": "Inschrijven", "Hello, %(name)s": "Dag, %(name)s"},
        "errors": {"Registration is closed": "De inschrijvingen zijn gesloten"},
    }


def test_update_when_repeated_changes_nothing(root: Path, folder: Path) -> None:
    before = po_path(folder, "nl", "pages").read_bytes()
    update(root, folder)

    assert po_path(folder, "nl", "pages").read_bytes() == before


def test_update_when_message_is_new_to_a_room_takes_over_its_translation(root: Path, folder: Path) -> None:
    write(root / "templates/email/welcome.txt", "{{ _('Sign up') }}")
    update(root, folder)

    assert messages(folder, "letters") == {"Sign up": "Inschrijven"}


def test_update_when_message_is_gone_drops_it(root: Path, folder: Path) -> None:
    write(root / PAGE, "{{ _('Sign up') }}")
    update(root, folder)

    assert messages(folder, "pages") == {"Sign up": "Inschrijven"}


def test_check_when_complete_says_so(root: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (check(root, folder), capsys.readouterr().out) == (0, "translations: 3 messages, complete\n")


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ('msgstr "Inschrijven"', 'msgstr ""', ["nl pages: missing: “Sign up”"]),
        ('msgid "Sign up"', '#, fuzzy\nmsgid "Sign up"', ["nl pages: fuzzy: “Sign up”"]),
        (
            "Dag, %(name)s",
            "Dag, %(naam)s",
            ["nl pages: other placeholders or tags in “Dag, %(naam)s”: “Hello, %(name)s”"],
        ),
        (
            "Inschrijven",
            "<b>Inschrijven</b>",
            ["nl pages: other placeholders or tags in “<b>Inschrijven</b>”: “Sign up”"],
        ),
        ("Inschrijven", "100 % mee", ["nl pages: a bare % (write %%): “Sign up”"]),
        (
            'msgid "Sign up"',
            'msgid "Sign off"',
            [
                "nl pages: missing: “Sign up”",
                "nl pages: obsolete: “Sign off”",
                "nl pages: out of date, `make messages` writes it",
            ],
        ),
        ('msgid "Sign up"', '\n\nmsgid "Sign up"', ["nl pages: out of date, `make messages` writes it"]),
    ],
)
def test_check_when_something_is_wrong_names_it(
    root: Path, folder: Path, old: str, new: str, faults: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edit(po_path(folder, "nl", "pages"), old, new)

    assert (check(root, folder), capsys.readouterr().out.splitlines()) == (1, faults)


def test_check_when_rooms_disagree_names_both(root: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root / "templates/email/welcome.txt", "{{ _('Sign up') }}")
    update(root, folder)
    edit(po_path(folder, "nl", "letters"), "Inschrijven", "Aanmelden")
    capsys.readouterr()

    assert check(root, folder) == 1
    assert capsys.readouterr().out.splitlines() == [
        "nl translated in more than one way: “Sign up”: “Inschrijven” in pages, “Aanmelden” in letters"
    ]


@pytest.mark.parametrize(("few", "faults"), [("%(n)s plaatsen", 0), ("plaatsen", 1)])
def test_check_when_plural_drops_its_number_names_it(root: Path, folder: Path, few: str, faults: int) -> None:
    write(root / PAGE, "{% trans n=seats %}One seat{% pluralize %}{{ n }} seats{% endtrans %}")
    update(root, folder)
    for language in ("nl", "fr", "de", "it"):
        edit(po_path(folder, language, "pages"), 'msgstr[0] ""', 'msgstr[0] "Eén plaats"')
        edit(po_path(folder, language, "pages"), 'msgstr[1] ""', f'msgstr[1] "{few}"')

    assert check(root, folder) == faults


def messages(folder: Path, domain: str) -> dict[object, object]:
    with po_path(folder, "nl", domain).open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
