"""A form as a browser would send it back: read out of the page."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of the first form of class ``sheet`` (or any, where none is), with their values."""

    def __init__(self, page: str, marked: str = 'class="sheet"') -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = self._area = ""
        start = page.index("<form", page.index(marked) - 20 if marked in page else page.index("<main"))
        self.feed(page[start : page.index("</form>", start)])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        match tag:
            case "input" if name and (found.get("type") != "checkbox" or "checked" in found):
                self.fields[name] = found.get("value", "")
            case "select":
                self._select = name
            case "option" if self._select and ("selected" in found or self._select not in self.fields):
                self.fields[self._select] = found.get("value", "")
            case "textarea":
                self._area = name
                self.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._select = self._area = ""


def form_of(page: str) -> dict[str, str]:
    """The fields of the page's form."""
    return Form(page).fields
