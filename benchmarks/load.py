"""The floor's load driver, taught how our form is filled in; run as a program, one figure a run.

python -m benchmarks.load --target ours --url http://127.0.0.1:PORT --concurrency 4 --signups 500
"""

import os
import sys
from http import HTTPStatus
from typing import Any

from benchmarks.rows import registrations
from benchmarks.servers import FLOOR

sys.path.insert(0, str(FLOOR))

import drive
import targets

PAGE = "/en/benchmark/register"


class Ours:
    """One form page, one POST, and the page that thanks: as a browser does it, without cookies."""

    page = PAGE

    def count(self) -> int:
        """Registrations in the database."""
        return registrations(os.environ["DATABASE_URL"])

    def signup(self, browser: Any, number: int) -> bool:
        """True when the last page says that a place is confirmed."""
        form = browser.get(self.page, expect=200)
        values = {
            "first_name": f"First{number}",
            "last_name": "Last",
            "email": f"a{number}@example.org",
            "organisation": "Town of Example",
            "function": "policy officer",
            "town": "Example",
            "organisation_kind": "local_government",
            "dietary": "vegetarian",
            "accept_terms": "1",
        }
        if 'name="accept_terms"' not in form.text:
            return False
        done = browser.post(self.page, values, expect=200)
        return 'data-place="confirmed"' in done.text


class Looked(Ours):
    """A page that is only looked at; nothing is written, so the answers themselves are counted."""

    def __init__(self) -> None:
        self.seen = 0

    def count(self) -> int:
        """Answers so far."""
        return self.seen


class Revalidated(Looked):
    """A page that the browser has already: the answer must be 304."""

    etag = ""

    def signup(self, browser: Any, _number: int) -> bool:
        """True for 304."""
        if not self.etag:
            Revalidated.etag = browser.get(self.page, expect=200).headers["etag"]
        self.seen += 1
        return bool(browser.get(self.page, headers={"If-None-Match": self.etag}).status == HTTPStatus.NOT_MODIFIED)


class Desk(Looked):
    """The first page of a study day's registrations, for the organiser whose session ``DESK_SESSION`` is."""

    page = "/desk/study-days/benchmark/registrations"

    def signup(self, browser: Any, _number: int) -> bool:
        """True when somebody who registered is on it."""
        browser.cookies["studiedag_staff"] = os.environ["DESK_SESSION"]
        self.seen += 1
        return "seed" in browser.get(self.page, expect=200).text


targets.TARGETS["ours"] = Ours
targets.TARGETS["revalidated"] = Revalidated
targets.TARGETS["desk"] = Desk
targets.TARGETS["hello"] = targets.TARGETS["floor"]

if __name__ == "__main__":
    drive.main()
