"""The .po files: `update` writes what the code marks into them, `check` names what a reader would miss.

They are written without dates, line numbers and guesses, and sorted, so that branches seldom collide in them.
A message new to one file takes over its translation from another: the rooms share one vocabulary.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from service.locale import DOMAINS, FOLDER, LANGUAGES, SOURCE_LANGUAGE, po_path
from tools.extraction import extract_all

Catalogs = dict[tuple[str, str], Catalog]
"""By language and domain."""
Fault = tuple[str, str]
"""In which language, and what."""

ROOT: Final = Path(__file__).parent.parent
TRANSLATED: Final = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
MARKS: Final = re.compile(r"%\(\w+\)[a-z]|</?[a-z]+")
BARE_PERCENT: Final = re.compile(r"%(?![(%])")
WIDTH: Final = 110


def main(arguments: list[str]) -> int:
    """Update or check the catalogues of this checkout; 1 when something is wrong, 2 for a wrong call."""
    match arguments:
        case ["update"]:
            return update(ROOT, FOLDER)
        case ["check"]:
            return check(ROOT, FOLDER)
    print("usage: python -m tools.translations update|check", file=sys.stderr)
    return 2


def update(root: Path, folder: Path) -> int:
    """Rewrite every .po: messages of the code, translations of the file; what nobody marks any longer goes."""
    existing = _read_all(folder)
    for (language, domain), catalog in _merged(root, existing).items():
        path = po_path(folder, language, domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_bytes(catalog))
        empty = sum(not _texts(message)[0] for message in catalog if message.id)
        print(f"{language} {domain}: {len(catalog)} messages" + (f", {empty} to translate" if empty else ""))
    return 0


def check(root: Path, folder: Path) -> int:
    """Print one line for each thing that is wrong, with the languages in which it is."""
    existing = _read_all(folder)
    faults = defaultdict[str, list[str]](list)
    for language, fault in (*_faults_of_files(folder, existing, _merged(root, existing)), *_contradictions(existing)):
        faults[fault].append(language)
    for fault, languages in faults.items():
        print(*languages, fault)
    if not faults:
        print(f"translations: {_size(existing)} messages, complete")
    return 1 if faults else 0


def as_bytes(catalog: Catalog) -> bytes:
    """The file: a header that never changes, then the messages in alphabetical order."""
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    body = BytesIO()
    write_po(body, catalog, width=WIDTH, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True)
    return (header.encode() + body.getvalue()).rstrip() + b"\n"


def _read_all(folder: Path) -> Catalogs:
    read: Catalogs = {}
    for language in TRANSLATED:
        for domain in DOMAINS:
            path = po_path(folder, language, domain)
            source = BytesIO(path.read_bytes() if path.exists() else b"")
            read[language, domain] = read_po(source, locale=language, domain=domain, charset="utf-8")
    return read


def _merged(root: Path, existing: Catalogs) -> Catalogs:
    """What the files should be: exactly the marked messages, with every translation that is known."""
    templates = extract_all(root)
    merged: Catalogs = {}
    for language, domain in existing:
        catalog = merged[language, domain] = Catalog(locale=language, domain=domain)
        others = [existing[language, domain], *(existing[language, other] for other in DOMAINS)]
        for marked in templates[domain]:
            if marked.id:
                known = [found for other in others if (found := other.get(marked.id)) and _texts(found)[0]]
                added = catalog.add(marked.id, known[0].string if known else "")
                added.flags |= known[0].flags & {"fuzzy"} if known else set()
    return merged


def _faults_of_files(folder: Path, existing: Catalogs, merged: Catalogs) -> Iterator[Fault]:
    for (language, domain), wanted in merged.items():
        found = existing[language, domain]
        for message in wanted:
            if message.id:
                yield from ((language, f"{domain}: {fault}: {_shown(message)}") for fault in _faults(message, found))
        for message in [*found, *found.obsolete.values()]:
            if message.id and message.id not in wanted:
                yield language, f"{domain}: obsolete: {_shown(message)}"
        path = po_path(folder, language, domain)
        if not path.exists() or path.read_bytes() != as_bytes(wanted):
            yield language, f"{domain}: out of date, `make messages` writes it"


def _faults(message: Message, found: Catalog) -> Iterator[str]:
    if message.id not in found or not all(_texts(message)):
        yield "missing"
    elif message.fuzzy:
        yield "fuzzy"
    sources = _parts(message.id)
    marks = [set(MARKS.findall(source)) for source in sources]
    for form, text in enumerate(_texts(message)):
        # Only the first form, for one, may say "one seat" instead of its number.
        if text and set(MARKS.findall(text)) not in marks[min(form, 1) :] + marks[-1:]:
            yield f"other placeholders or tags in “{text}”"
    if any(BARE_PERCENT.search(text.replace("%%", "")) for text in [*sources, *filter(None, _texts(message))]):
        yield "a bare % (write %%)"


def _contradictions(existing: Catalogs) -> Iterator[Fault]:
    """One message has one translation per language, whichever room reads it: the catalogues are joined when read."""
    for language in TRANSLATED:
        texts = defaultdict[object, dict[object, str]](dict)
        for domain in DOMAINS:
            for message in existing[language, domain]:
                if message.id and _texts(message)[0]:
                    texts[message.id].setdefault(message.string, domain)
        for source, variants in texts.items():
            if len(variants) > 1:
                said = ", ".join(f"“{text}” in {domain}" for text, domain in variants.items())
                yield language, f"translated in more than one way: “{source}”: {said}"


def _texts(message: Message) -> tuple[str, ...]:
    return _parts(message.string or "")


def _shown(message: Message) -> str:
    return f"“{_parts(message.id)[0]}”"


def _parts(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _size(catalogs: Catalogs) -> int:
    return len({message.id for catalog in catalogs.values() for message in catalog if message.id})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
