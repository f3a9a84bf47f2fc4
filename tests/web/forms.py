"""What a browser posts, for tests of the public pages."""

import re
from html import unescape

PERSON = {
    "first_name": "An",
    "last_name": "Peeters",
    "email": "an@stad.example",
    "organisation": "Stad Voorbeeld",
    "function": "beleidsmedewerker",
    "town": "Voorbeeld",
    "organisation_kind": "local_government",
    "accept_terms": "1",
    "website": "",
}


def typed_values(page: str) -> dict[str, str]:
    """The values of all fields of the forms on a page, as a browser would post them again; empty ones left out."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and " checked" not in tag:
            continue
        values[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        values[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        values[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    return {name: value for name, value in values.items() if value}


def errors_of(page: str) -> dict[str, str]:
    """Field -> sentence, as they stand beside the fields."""
    return {name: unescape(said) for name, said in re.findall(r'<p class="error" id="e-([^"]+)">([^<]*)</p>', page)}
