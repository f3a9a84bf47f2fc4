"""What the form's template needs besides the values: rows to show, choices, and errors where their fields are."""

import re
from collections.abc import Mapping
from typing import Any, Final

from service.locale import LANGUAGES, N_, translate
from service.models import StudyDay
from service.web.desk.arranging.conflict import remember
from service.web.desk.arranging.filled import TEXTS, with_all_languages
from service.web.desk.arranging.prefilled import values_of
from service.web.desk.arranging.rows import GROUPS, held_rows, shown_rows
from service.web.desk.fields import KINDS, LABELS, PARTNER_ROLES, POLICIES, QUESTION_KINDS
from service.web.desk.local_times import READINGS
from service.web.rendering import LANGUAGE_NAMES

INNER: Final = {
    "title": N_("Title"),
    "starts_at": N_("Starts"),
    "ends_at": N_("Ends"),
    "speakers": N_("Speakers"),
    "room": N_("Room"),
    "label": N_("Question"),
    "kind": N_("Kind"),
    "options": N_("Values of the choice"),
    "name": N_("Name"),
    "url": N_("Web address"),
    "role": N_("Role"),
    "language": N_("Language"),
    "street": N_("Street and number"),
    "postal_code": N_("Postal code"),
    "city": N_("Town"),
    "country": N_("Country"),
    "funder": N_("Funder"),
    "period": N_("Period"),
}
"""Fields inside a row or an object."""
PER_LANGUAGE: Final = frozenset({*TEXTS, "label"})
WITHIN_OPTIONS: Final = re.compile(r"(questions\.\d+\.options)\..+")


def form_context(form: Mapping[str, str], day: StudyDay | None = None, *, add: str | None = None) -> dict[str, Any]:
    """Context of the form; ``add`` names the group that is to get more rows. ``day`` is None for a new one."""
    fields = with_all_languages(form)
    if day is not None:
        fields = {"opened": remember(values_of(day)), "revision": str(day.revision), **fields}
    return {
        "values": fields,
        "errors": {},
        "label_of": label_of,
        "shown": fields["shown"].split(),
        "used": {group: held_rows(fields, group) for group in GROUPS},
        "rows": {group: shown_rows(fields, group, more=add == group) for group in GROUPS},
        "readings": READINGS,
        "kinds": KINDS,
        "policies": POLICIES,
        "partner_roles": PARTNER_ROLES,
        "question_kinds": QUESTION_KINDS,
        "inner": INNER,
    }


def placed(errors: Mapping[str, str], form: Mapping[str, str]) -> dict[str, str]:
    """Each error under the name of a field that the form has."""
    return {_place(path, with_all_languages(form)): said for path, said in errors.items()}


def label_of(path: str, language: str) -> str:
    """What a field is called, with its row and its language: "Programme, row 2: Title (Français)"."""
    first, *rest = path.split(".")
    label = translate(language, LABELS.get(first, ""))
    if not rest:
        return label
    if rest[0].isdigit():
        label = translate(language, "%(group)s, row %(number)s", group=label, number=int(rest[0]) + 1)
        rest = rest[1:]
    inner = [translate(language, INNER[name]) for name in rest if name in INNER]
    label = ": ".join([label, *inner])
    spoken = LANGUAGE_NAMES.get(rest[-1]) if rest else None
    return f"{label} ({spoken})" if spoken else label


def _place(path: str, form: Mapping[str, str]) -> str:
    path = WITHIN_OPTIONS.sub(r"\1", path)
    if path.startswith("languages."):
        return "languages"
    if path.endswith(".id"):
        path = f"{path.removesuffix('.id')}.label"
    if path.rpartition(".")[2] in PER_LANGUAGE and path not in form:
        shown = [code for code in LANGUAGES if form.get(f"languages.{code}")] or list(LANGUAGES)
        empty = [code for code in shown if not form.get(f"{path}.{code}", "").strip()]
        return f"{path}.{(empty or shown)[0]}"
    return path
