"""The values of a choice as lines of text: ``vegetarian = Vegetarisch | Végétarien``, or the label alone.

The labels of a line stand in the order of the languages that the form shows.
"""

from collections.abc import Sequence
from typing import Any

BETWEEN = "|"
IS = " = "


def read_options(text: str, languages: Sequence[str]) -> list[dict[str, Any]]:
    """The options of a question: ``value``, and ``label`` by language; without a value of its own, the first label."""
    options = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        value, is_named, rest = line.partition(IS)
        labels = [part.strip() for part in (rest if is_named else line).split(BETWEEN)]
        label = {language: part for language, part in zip(languages, labels, strict=False) if part}
        options.append({"value": value.strip() if is_named else labels[0], "label": label})
    return options


def write_options(options: Sequence[dict[str, Any]], languages: Sequence[str]) -> str:
    """The lines that ``read_options`` makes those options of."""
    return "\n".join(_line(option, languages) for option in options)


def _line(option: dict[str, Any], languages: Sequence[str]) -> str:
    label = option.get("label") or {}
    labels = [label.get(language, "") for language in languages]
    while labels and not labels[-1]:
        labels.pop()
    if not labels:
        return str(option["value"])
    text = f" {BETWEEN} ".join(labels)
    return text if labels[0] == option["value"] else f"{option['value']}{IS}{text}"
